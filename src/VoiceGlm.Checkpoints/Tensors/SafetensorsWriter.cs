using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;

namespace VoiceGlm.Checkpoints;

/// <summary>Writes tensors as <c>.safetensors</c>, in one file or in shards with an index. Stateless.</summary>
/// <remarks>
/// huggingface/safetensors: 8 bytes of header length (little endian), a JSON header padded with spaces to a multiple of 8, then
/// the tensors' bytes in the order of their names. Shards are cut as transformers cuts them: in the order of the model.
/// </remarks>
public static class SafetensorsWriter
{
    private const int HeaderAlignment = 8;

    /// <summary>Writes one file.</summary>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <param name="tensors">The tensors, of different names.</param>
    /// <param name="elementType">How their numbers are stored.</param>
    /// <param name="written">Told the number of tensor bytes written, after each piece.</param>
    /// <param name="cancellationToken">Ends the writing between two pieces; the file is then incomplete.</param>
    /// <exception cref="IOException">The disk is full, or the file cannot be written.</exception>
    public static void Write(
        string path,
        IEnumerable<CheckpointTensor> tensors,
        StoredElementType elementType,
        Action<long>? written = null,
        CancellationToken cancellationToken = default)
    {
        CheckpointTensor[] sorted = [.. tensors.OrderBy(static tensor => tensor.Name, StringComparer.Ordinal)];
        var encoder = new TensorEncoder(elementType);
        using var stream = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        stream.Write(Header(sorted, elementType));
        foreach (CheckpointTensor tensor in sorted)
        {
            encoder.Write(tensor, stream, written is null ? null : bytes => written(bytes.Length), cancellationToken);
        }
    }

    /// <summary>Writes a model: <c>model.safetensors</c> where it fits one shard, otherwise <c>model-00001-of-0000N.safetensors</c>… and the index.</summary>
    /// <param name="folder">An existing folder.</param>
    /// <param name="tensors">The tensors in the model's order.</param>
    /// <param name="elementType">How their numbers are stored.</param>
    /// <param name="shardBytes">Tensor bytes of a shard at most, unless one tensor alone takes more.</param>
    /// <param name="written">Told the number of tensor bytes written, after each piece.</param>
    /// <param name="cancellationToken">Ends the writing between two pieces.</param>
    /// <exception cref="IOException">The disk is full, or the folder cannot be written.</exception>
    public static void WriteModel(
        string folder,
        IReadOnlyList<CheckpointTensor> tensors,
        StoredElementType elementType,
        long shardBytes,
        Action<long>? written = null,
        CancellationToken cancellationToken = default)
    {
        List<List<CheckpointTensor>> shards = Cut(tensors, TensorEncoder.ElementBytesOf(elementType), shardBytes);
        if (shards is [{ } only])
        {
            Write(Path.Combine(folder, "model.safetensors"), only, elementType, written, cancellationToken);
            return;
        }

        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        for (int i = 0; i < shards.Count; i++)
        {
            string file = string.Create(CultureInfo.InvariantCulture, $"model-{i + 1:D5}-of-{shards.Count:D5}.safetensors");
            foreach (CheckpointTensor tensor in shards[i]) files.Add(tensor.Name, file);
            Write(Path.Combine(folder, file), shards[i], elementType, written, cancellationToken);
        }

        using FileStream stream = File.Create(Path.Combine(folder, "model.safetensors.index.json"));
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteStartObject("metadata");
        json.WriteNumber("total_size", tensors.Sum(static tensor => tensor.Count) * TensorEncoder.ElementBytesOf(elementType));
        json.WriteEndObject();
        json.WriteStartObject("weight_map");
        foreach ((string name, string file) in files) json.WriteString(name, file);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static List<List<CheckpointTensor>> Cut(IReadOnlyList<CheckpointTensor> tensors, int elementBytes, long shardBytes)
    {
        List<List<CheckpointTensor>> shards = [[]];
        long bytes = 0;
        foreach (CheckpointTensor tensor in tensors)
        {
            long length = tensor.Count * elementBytes;
            if (bytes + length > shardBytes && shards[^1].Count > 0)
            {
                shards.Add([]);
                bytes = 0;
            }

            shards[^1].Add(tensor);
            bytes += length;
        }

        return shards;
    }

    private static byte[] Header(CheckpointTensor[] tensors, StoredElementType elementType)
    {
        int elementBytes = TensorEncoder.ElementBytesOf(elementType);
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("__metadata__");
            json.WriteString("format", "pt");
            json.WriteEndObject();
            long start = 0;
            foreach (CheckpointTensor tensor in tensors)
            {
                long end = start + (tensor.Count * elementBytes);
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", elementType.ToString());
                json.WriteStartArray("shape");
                foreach (long length in tensor.Shape) json.WriteNumberValue(length);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(start);
                json.WriteNumberValue(end);
                json.WriteEndArray();
                json.WriteEndObject();
                start = end;
            }

            json.WriteEndObject();
        }

        int padded = (buffer.WrittenCount + HeaderAlignment - 1) / HeaderAlignment * HeaderAlignment;
        var header = new byte[sizeof(long) + padded];
        BinaryPrimitives.WriteInt64LittleEndian(header, padded);
        header.AsSpan(sizeof(long)).Fill((byte)' ');
        buffer.WrittenSpan.CopyTo(header.AsSpan(sizeof(long)));
        return header;
    }
}
