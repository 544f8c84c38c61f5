namespace VoiceGlm.Checkpoints.Onnx;

/// <summary>Values of a graph that are read only while they are written to its data file, piece by piece.</summary>
/// <param name="Name">Unique name in the graph.</param>
/// <param name="Shape">Length of each dimension.</param>
/// <param name="Read">Fills a span with the elements from an offset on.</param>
internal sealed record Weight(string Name, long[] Shape, Weight.Reader Read)
{
    /// <summary>Fills <paramref name="destination"/> with the elements from <paramref name="offset"/> on, row-major.</summary>
    public delegate void Reader(long offset, Span<float> destination);

    /// <summary>Number of elements.</summary>
    public long Count => Shape.Aggregate(1L, static (volume, length) => volume * length);

    /// <summary>A checkpoint's tensor as it is.</summary>
    /// <exception cref="ModelLoadException">The tensor is missing, or has another shape.</exception>
    public static Weight From(TensorSource source, string name, params ReadOnlySpan<long> shape)
    {
        TensorInfo info = source.Require(name, shape);
        return new Weight(name, [.. info.Shape], (offset, destination) => source.Read(name, offset, destination));
    }

    /// <summary>Values computed from a checkpoint's tensors, whole, when they are first asked for, and forgotten when the last has been read.</summary>
    public static Weight Computed(string name, long[] shape, Func<float[]> compute)
    {
        float[]? values = null;
        long count = shape.Aggregate(1L, static (volume, length) => volume * length);
        return new Weight(name, shape, (offset, destination) =>
        {
            values ??= compute();
            if (values.Length != count) throw new InvalidOperationException($"'{name}' has {values.Length} values, its shape {count}.");
            values.AsSpan((int)offset, destination.Length).CopyTo(destination);
            if (offset + destination.Length == count) values = null;
        });
    }

    /// <summary>The same values under another shape of equal volume.</summary>
    /// <exception cref="ArgumentException">The volume is another.</exception>
    public Weight Reshaped(params ReadOnlySpan<long> shape)
    {
        Weight reshaped = this with { Shape = shape.ToArray() };
        return reshaped.Count == Count
            ? reshaped
            : throw new ArgumentException($"'{Name}' of {Count} values does not fill shape [{string.Join(", ", reshaped.Shape)}].", nameof(shape));
    }
}
