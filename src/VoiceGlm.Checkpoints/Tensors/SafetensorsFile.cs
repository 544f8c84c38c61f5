using System.Buffers.Binary;
using System.Text.Json;

namespace VoiceGlm.Checkpoints;

/// <summary>One <c>.safetensors</c> file.</summary>
/// <remarks>huggingface/safetensors: 8 bytes of header length (little endian), a JSON header, then the tensors' bytes, without gaps.</remarks>
public sealed class SafetensorsFile : TensorFile
{
    // As the format's own reader limits it.
    private const int MaxHeaderBytes = 100_000_000;

    /// <summary>Opens a file, reads its header and checks it against the file's length.</summary>
    /// <exception cref="ModelLoadException">The file is missing, cut or not a safetensors file, or holds an element type that is not known.</exception>
    public SafetensorsFile(string path)
        : base(path)
    {
        try
        {
            byte[] header = ReadHeader();
            using JsonDocument document = JsonDocument.Parse(header, new JsonDocumentOptions { AllowDuplicateProperties = false });
            AddTensors(document.RootElement, dataStart: sizeof(long) + header.Length);
        }
        // The second is what a string that is not Unicode throws.
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            Dispose();
            throw new ModelLoadException(path, "a header in JSON", $"other text ({exception.Message.TrimEnd('.')})", exception);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    private byte[] ReadHeader()
    {
        if (Bytes.Length < sizeof(long)) throw Wrong("a safetensors file, which begins with 8 bytes of length", $"{Bytes.Length} bytes");
        Span<byte> lengthBytes = stackalloc byte[sizeof(long)];
        Bytes.ReadExactly(0, lengthBytes);
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(lengthBytes);
        if (length > MaxHeaderBytes) throw Wrong($"a header of at most {MaxHeaderBytes} bytes", $"{length}; this is not a safetensors file");
        if ((long)length > Bytes.Length - sizeof(long)) throw Wrong($"a header of {length} bytes", $"a file of {Bytes.Length}; it is cut");
        var header = new byte[length];
        Bytes.ReadExactly(sizeof(long), header);
        return header;
    }

    private void AddTensors(JsonElement header, long dataStart)
    {
        if (header.ValueKind != JsonValueKind.Object) throw Wrong("a header that is a JSON object", $"{header.ValueKind}");
        var ranges = new List<(long Begin, long End, string Name)>();
        foreach (JsonProperty property in header.EnumerateObject())
        {
            if (property.Name == "__metadata__") continue;
            (TensorInfo info, long begin, long end) = ReadEntry(property);
            ranges.Add((begin, end, info.Name));
            Add(new StoredTensor(info, dataStart + begin));
        }

        // The tensors fill the file: what is cut, doubled or left over is a broken file.
        ranges.Sort();
        long filled = 0;
        foreach ((long begin, long end, string name) in ranges)
        {
            if (begin != filled) throw Wrong($"its bytes to begin at {filled}, where another tensor's end", $"{begin}", name);
            filled = end;
        }

        if (filled != Bytes.Length - dataStart) throw Wrong($"{filled} bytes of tensors", $"{Bytes.Length - dataStart}");
    }

    private (TensorInfo Info, long Begin, long End) ReadEntry(JsonProperty entry)
    {
        string name = entry.Name;
        if (entry.Value.ValueKind != JsonValueKind.Object) throw Wrong("a JSON object that describes a tensor", $"{entry.Value.ValueKind}", name);
        string? elementType = entry.Value.TryGetProperty("dtype", out JsonElement dtype) && dtype.ValueKind == JsonValueKind.String ? dtype.GetString() : null;
        if (elementType is null) throw Wrong("a dtype", "none", name);
        int elementSize = ElementType.SizeOf(elementType);
        if (elementSize == 0) throw Wrong("one of the element types F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL", elementType, name);
        long[] shape = Lengths(entry, "shape");
        if (Lengths(entry, "data_offsets") is not [long begin, long end]) throw Wrong("two data_offsets", "another number of them", name);
        var info = new TensorInfo(name, elementType, shape);
        try
        {
            if (end - begin == checked(info.Count * elementSize)) return (info, begin, end);
        }
        catch (OverflowException)
        {
            throw Wrong("a shape whose volume fits 64 bits", $"[{string.Join(", ", shape)}]", name);
        }

        throw Wrong($"{elementType} of shape [{string.Join(", ", shape)}] to fill its bytes", $"data_offsets from {begin} to {end}", name);
    }

    private long[] Lengths(JsonProperty entry, string key)
    {
        if (!entry.Value.TryGetProperty(key, out JsonElement list) || list.ValueKind != JsonValueKind.Array) throw Wrong($"a list {key}", "none", entry.Name);
        var lengths = new long[list.GetArrayLength()];
        int count = 0;
        foreach (JsonElement item in list.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt64(out lengths[count++]) || lengths[count - 1] < 0)
            {
                throw Wrong($"{key} of integers that are not negative", item.GetRawText(), entry.Name);
            }
        }

        return lengths;
    }

    private ModelLoadException Wrong(string expected, string found, string? name = null) => new(name is null ? Path : $"{Path}: {name}", expected, found);
}
