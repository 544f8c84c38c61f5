namespace VoiceGlm.Checkpoints;

/// <summary>Fills <paramref name="destination"/> with a tensor's elements from <paramref name="offset"/> on, row-major.</summary>
/// <param name="offset">First element.</param>
/// <param name="destination">Receives as many elements as it is long.</param>
public delegate void TensorReader(long offset, Span<float> destination);

/// <summary>A tensor to be written into a checkpoint: its values are asked for piece by piece, so that memory stays small.</summary>
/// <param name="Name">Its name in the checkpoint.</param>
/// <param name="Shape">Length of each dimension; none for a scalar.</param>
/// <param name="Read">Gives its values.</param>
public sealed record CheckpointTensor(string Name, IReadOnlyList<long> Shape, TensorReader Read)
{
    /// <summary>Number of elements.</summary>
    public long Count => Shape.Aggregate(1L, static (volume, length) => checked(volume * length));

    /// <summary>A tensor whose values are at hand.</summary>
    /// <exception cref="ArgumentException">The number of values is not the product of the shape.</exception>
    public static CheckpointTensor From(string name, ReadOnlyMemory<float> values, params ReadOnlySpan<long> shape)
    {
        var tensor = new CheckpointTensor(
            name, shape.ToArray(), (offset, destination) => values.Span.Slice((int)offset, destination.Length).CopyTo(destination));
        return tensor.Count == values.Length
            ? tensor
            : throw new ArgumentException($"{values.Length} values do not fill shape [{string.Join(", ", tensor.Shape)}] of '{name}'.", nameof(values));
    }
}
