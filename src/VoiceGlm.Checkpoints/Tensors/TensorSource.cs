namespace VoiceGlm.Checkpoints;

/// <summary>The tensors of a checkpoint, read in pieces and widened to 32-bit floats. Not thread-safe.</summary>
public abstract class TensorSource : IDisposable
{
    /// <summary>The file or folder, for messages.</summary>
    public abstract string Path { get; }

    /// <summary>What the checkpoint holds, by name.</summary>
    public abstract IReadOnlyDictionary<string, TensorInfo> Tensors { get; }

    /// <summary>Opens the weights of a folder in Hugging Face's layout: one file or several, safetensors or torch.</summary>
    /// <exception cref="ModelLoadException">The folder holds no weights, or they are missing in part, cut or malformed.</exception>
    public static TensorSource Open(string folder)
    {
        foreach (string name in CheckpointFiles.Weights)
        {
            string path = System.IO.Path.Combine(folder, name);
            if (File.Exists(path)) return name.EndsWith(".json", StringComparison.Ordinal) ? new ShardedTensors(path) : OpenFile(path);
        }

        throw new ModelLoadException(folder, $"weights, as {string.Join(" or ", CheckpointFiles.Weights)}", Directory.Exists(folder) ? "none of them" : "no such folder");
    }

    /// <summary>Opens one file of weights: safetensors by its extension, otherwise a torch state dict.</summary>
    /// <exception cref="ModelLoadException">The file is missing, cut or malformed.</exception>
    public static TensorSource OpenFile(string path) =>
        path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase) ? new SafetensorsFile(path) : new TorchFile(path);

    /// <summary>Reads a range of a tensor's elements, row-major, as 32-bit floats.</summary>
    /// <param name="name">The tensor.</param>
    /// <param name="offset">First element.</param>
    /// <param name="destination">Receives as many elements as it is long.</param>
    /// <exception cref="ModelLoadException">The checkpoint has no such tensor, or its file is cut or unreadable.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The range reaches past the end of the tensor.</exception>
    public abstract void Read(string name, long offset, Span<float> destination);

    /// <summary>Looks a tensor up and checks its shape.</summary>
    /// <param name="name">The tensor.</param>
    /// <param name="shape">The shape that the configuration asks for; −1 for a length that may be any.</param>
    /// <exception cref="ModelLoadException">The tensor is missing, or has another shape.</exception>
    public TensorInfo Require(string name, params ReadOnlySpan<long> shape)
    {
        if (!Tensors.TryGetValue(name, out TensorInfo? info))
        {
            throw new ModelLoadException($"{Path}: {name}", $"a tensor of shape {Describe(shape)}", "no such tensor");
        }

        bool matches = info.Shape.Count == shape.Length;
        for (int i = 0; matches && i < shape.Length; i++) matches = shape[i] == -1 || shape[i] == info.Shape[i];
        return matches
            ? info
            : throw new ModelLoadException($"{Path}: {name}", $"shape {Describe(shape)}", $"shape {Describe([.. info.Shape])}");
    }

    /// <summary>
    /// The tensors under a prefix, named without it, if any tensor has it; otherwise all as they are. Checkpoints of one model circulate
    /// with and without the name of the module that it was cut out of. The result owns this source.
    /// </summary>
    /// <param name="prefix">With its dot, such as <c>model.encoder.</c>.</param>
    public TensorSource WithoutPrefix(string prefix) =>
        Tensors.Keys.Any(name => name.StartsWith(prefix, StringComparison.Ordinal)) ? new PrefixedTensors(this, prefix) : this;

    /// <summary>Reads a whole tensor as 32-bit floats.</summary>
    /// <exception cref="ModelLoadException">As <see cref="Read"/>, or the tensor does not fit an array.</exception>
    public float[] ReadAll(string name)
    {
        TensorInfo info = Tensors.TryGetValue(name, out TensorInfo? found)
            ? found
            : throw new ModelLoadException($"{Path}: {name}", "a tensor", "no such tensor");
        if (info.Count > Array.MaxLength) throw new ModelLoadException($"{Path}: {name}", $"at most {Array.MaxLength} elements", $"{info.Count}");
        var values = new float[info.Count];
        Read(name, 0, values);
        return values;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases the files.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }

    private static string Describe(ReadOnlySpan<long> shape) => $"[{string.Join(", ", shape.ToArray())}]";
}

/// <summary>A tensor of a checkpoint.</summary>
/// <param name="Name">Its name.</param>
/// <param name="ElementType">Its element type as stored, in safetensors' spelling: <c>F32</c>, <c>F16</c>, <c>BF16</c>, <c>I64</c>…</param>
/// <param name="Shape">Length of each dimension.</param>
public sealed record TensorInfo(string Name, string ElementType, IReadOnlyList<long> Shape)
{
    /// <summary>Number of elements.</summary>
    public long Count => Shape.Aggregate(1L, static (volume, length) => checked(volume * length));
}
