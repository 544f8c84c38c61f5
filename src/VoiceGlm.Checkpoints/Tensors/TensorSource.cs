namespace VoiceGlm.Checkpoints;

/// <summary>The tensors of a checkpoint, read in pieces and widened to 32-bit floats. Not thread-safe.</summary>
public abstract class TensorSource : IDisposable
{
    /// <summary>The file or folder, for messages.</summary>
    public abstract string Path { get; }

    /// <summary>What the checkpoint holds, by name.</summary>
    public abstract IReadOnlyDictionary<string, TensorInfo> Tensors { get; }

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

    /// <summary>Reads a whole tensor as 32-bit floats.</summary>
    /// <exception cref="ModelLoadException">As <see cref="Read"/>.</exception>
    public float[] ReadAll(string name)
    {
        TensorInfo info = Tensors.TryGetValue(name, out TensorInfo? found)
            ? found
            : throw new ModelLoadException($"{Path}: {name}", "a tensor", "no such tensor");
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
