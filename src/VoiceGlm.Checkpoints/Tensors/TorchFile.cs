namespace VoiceGlm.Checkpoints;

/// <summary>
/// A state dict that <c>torch.save</c> wrote (<c>.pt</c>, <c>.bin</c>), nothing of which is ever executed. Tensors within nested dicts are
/// named with dots, <c>state_dict.conv.weight</c>.
/// </summary>
/// <remarks>PyTorch 1.6 and later: a zip file of <c>NAME/data.pkl</c> and one uncompressed <c>NAME/data/KEY</c> for each storage.</remarks>
public sealed class TorchFile : TensorFile
{
    private const string PickleName = "data.pkl";
    private const int MaxPickleBytes = 1 << 25;
    private const int MaxDepth = 32;
    private const int MaxValues = 1 << 17;
    private const int MaxNameLength = 1 << 10;

    // A view may repeat the elements of its storage; past this many it is a bomb, not a weight.
    private const long MaxRepeated = 1 << 24;

    private readonly ZipDirectory _zip;
    private readonly string _prefix;
    private int _values;

    /// <summary>Opens a file and reads its pickle.</summary>
    /// <exception cref="ModelLoadException">The file is missing, cut, no zip file of torch, or its pickle holds more than a state dict.</exception>
    public TorchFile(string path)
        : base(path)
    {
        try
        {
            Span<byte> start = stackalloc byte[2];
            Bytes.ReadExactly(0, start);
            if (start[0] == 0x80) throw Wrong("the zip format of torch 1.6 and later", "the older format without a zip directory; load it with torch and save it again");
            _zip = new ZipDirectory(Bytes);
            _prefix = FindPrefix();
            if (_zip.Names.Contains(_prefix + "byteorder") && !_zip.ReadAll(_prefix + "byteorder", maxLength: 16).AsSpan().SequenceEqual("little"u8))
            {
                throw Wrong("little-endian numbers", "another byte order");
            }

            object? root = new StateDictUnpickler($"{path}: {_prefix}{PickleName}", _zip.ReadAll(_prefix + PickleName, MaxPickleBytes)).Load();
            if (root is not TorchDictionary dictionary) throw Wrong("a pickled dict of tensors", "another object", PickleName);
            AddTensors(dictionary, "", depth: 0);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    private string FindPrefix()
    {
        string[] pickles = [.. _zip.Names.Where(static name => name[(name.IndexOf('/') + 1)..] == PickleName)];
        return pickles is [string pickle] ? pickle[..^PickleName.Length] : throw Wrong($"one {PickleName} in the zip file", $"{pickles.Length}");
    }

    private void AddTensors(TorchDictionary dictionary, string prefix, int depth)
    {
        if (depth > MaxDepth) throw Wrong($"dicts nested at most {MaxDepth} deep", "deeper ones");
        foreach ((string key, object? value) in dictionary.Items)
        {
            if (++_values > MaxValues) throw Wrong($"at most {MaxValues} values", "more");
            if (prefix.Length + key.Length > MaxNameLength) throw Wrong($"names of at most {MaxNameLength} letters", $"one of {prefix.Length + key.Length}");
            if (value is TorchDictionary nested) AddTensors(nested, $"{prefix}{key}.", depth + 1);
            if (value is TorchTensor tensor) Add(Place(prefix + key, tensor));
        }
    }

    private StoredTensor Place(string name, TorchTensor tensor)
    {
        TorchStorage storage = tensor.Storage;
        (long position, long length) = _zip.Locate($"{_prefix}data/{storage.Key}");
        int elementSize = ElementType.SizeOf(storage.ElementType);
        if (storage.Count < 0 || storage.Count > length / elementSize)
        {
            throw Wrong($"{storage.Count} elements of type {storage.ElementType} in storage {storage.Key}", $"{length} bytes", name);
        }

        if (tensor.Shape.Length != tensor.Strides.Length) throw Wrong("as many strides as dimensions", $"{tensor.Strides.Length} for {tensor.Shape.Length}", name);
        if (Extent(tensor) is not { } extent || extent > storage.Count - tensor.Offset)
        {
            throw Wrong($"a view within the {storage.Count} elements of storage {storage.Key}",
                $"shape [{string.Join(", ", tensor.Shape)}] with strides [{string.Join(", ", tensor.Strides)}] from element {tensor.Offset} on", name);
        }

        var info = new TensorInfo(name, storage.ElementType, tensor.Shape);
        if (info.Count > Math.Max(storage.Count, MaxRepeated)) throw Wrong($"a view that repeats at most {MaxRepeated} elements", $"{info.Count}", name);
        return new StoredTensor(info, position + (tensor.Offset * elementSize), tensor.Strides);
    }

    // Elements of the storage from the tensor's first to its last, or null where the numbers make no sense or are too large.
    private static long? Extent(TorchTensor tensor)
    {
        if (tensor.Offset < 0 || Array.Exists(tensor.Shape, long.IsNegative) || Array.Exists(tensor.Strides, long.IsNegative)) return null;
        try
        {
            long count = tensor.Shape.Aggregate(1L, static (volume, length) => checked(volume * length));
            if (count == 0) return 0;
            return tensor.Shape.Zip(tensor.Strides).Aggregate(1L, static (extent, dimension) => checked(extent + ((dimension.First - 1) * dimension.Second)));
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    private ModelLoadException Wrong(string expected, string found, string? name = null) => new(name is null ? Path : $"{Path}: {name}", expected, found);
}
