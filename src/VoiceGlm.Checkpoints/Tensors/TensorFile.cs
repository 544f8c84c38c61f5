using System.Buffers;
using System.Runtime.InteropServices;

namespace VoiceGlm.Checkpoints;

/// <summary>A file that holds tensors as they lie in memory. Only what is asked for is read. Not thread-safe.</summary>
public abstract class TensorFile : TensorSource
{
    private const int BufferBytes = 1 << 16;

    private readonly Dictionary<string, TensorInfo> _tensors = [];
    private readonly Dictionary<string, StoredTensor> _stored = [];

    /// <summary>Opens the file.</summary>
    /// <exception cref="ModelLoadException">There is no such file, or it may not be read.</exception>
    private protected TensorFile(string path) => Bytes = new RandomAccessFile(path);

    /// <inheritdoc/>
    public sealed override string Path => Bytes.Path;

    /// <inheritdoc/>
    public sealed override IReadOnlyDictionary<string, TensorInfo> Tensors => _tensors;

    /// <summary>The file's bytes.</summary>
    private protected RandomAccessFile Bytes { get; }

    /// <inheritdoc/>
    public sealed override void Read(string name, long offset, Span<float> destination)
    {
        if (!_stored.TryGetValue(name, out StoredTensor? tensor)) throw new ModelLoadException($"{Path}: {name}", "a tensor", "no such tensor");
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, tensor.Info.Count - destination.Length);
        while (destination.Length > 0)
        {
            (long element, long run) = tensor.RunAt(offset);
            int count = (int)Math.Min(run, destination.Length);
            ReadRun(tensor.Info.ElementType, tensor.Position + (element * tensor.ElementSize), destination[..count]);
            offset += count;
            destination = destination[count..];
        }
    }

    /// <summary>Makes a tensor known, whose place and size have been checked.</summary>
    /// <exception cref="ModelLoadException">There is one of that name already.</exception>
    private protected void Add(StoredTensor tensor)
    {
        if (!_stored.TryAdd(tensor.Info.Name, tensor)) throw new ModelLoadException($"{Path}: {tensor.Info.Name}", "one tensor of a name", "two");
        _tensors.Add(tensor.Info.Name, tensor.Info);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) Bytes.Dispose();
        base.Dispose(disposing);
    }

    private void ReadRun(string elementType, long position, Span<float> destination)
    {
        if (elementType == "F32")
        {
            Bytes.ReadExactly(position, MemoryMarshal.AsBytes(destination));
            return;
        }

        int elementSize = ElementType.SizeOf(elementType);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Math.Min(BufferBytes, destination.Length * elementSize));
        try
        {
            int capacity = buffer.Length / elementSize;
            while (destination.Length > 0)
            {
                int count = Math.Min(capacity, destination.Length);
                Span<byte> stored = buffer.AsSpan(0, count * elementSize);
                Bytes.ReadExactly(position, stored);
                ElementType.ToSingle(elementType, stored, destination[..count]);
                position += stored.Length;
                destination = destination[count..];
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
