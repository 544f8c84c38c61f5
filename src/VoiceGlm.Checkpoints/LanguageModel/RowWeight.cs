using VoiceGlm.Checkpoints.Onnx;

namespace VoiceGlm.Checkpoints;

/// <summary>Weights that are some rows of another weight, in another order. A vector has rows of one element.</summary>
internal static class RowWeight
{
    /// <summary>Consecutive rows.</summary>
    /// <param name="weight">The weight that has them.</param>
    /// <param name="name">Name of the new weight.</param>
    /// <param name="first">First row.</param>
    /// <param name="count">Number of rows.</param>
    public static Weight Range(Weight weight, string name, long first, long count)
    {
        long width = Width(weight);
        return new Weight(
            name, [count, .. weight.Shape.AsSpan(1)], (offset, destination) => weight.Read(offset + (first * width), destination));
    }

    /// <summary>All rows in another order.</summary>
    /// <param name="weight">The weight that has them.</param>
    /// <param name="source">From the row's place in the new weight to its place in <paramref name="weight"/>.</param>
    public static Weight Select(Weight weight, Func<long, long> source)
    {
        long width = Width(weight);
        return weight with
        {
            Read = (offset, destination) =>
            {
                while (!destination.IsEmpty)
                {
                    (long row, long column) = Math.DivRem(offset, width);
                    int length = (int)Math.Min(width - column, destination.Length);
                    weight.Read((source(row) * width) + column, destination[..length]);
                    destination = destination[length..];
                    offset += length;
                }
            },
        };
    }

    private static long Width(Weight weight) => weight.Count / weight.Shape[0];
}
