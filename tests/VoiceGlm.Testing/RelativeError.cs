namespace VoiceGlm.Testing;

/// <summary>How far an array is from another, by the other's own size.</summary>
public static class RelativeError
{
    /// <summary>Root of the mean square of the difference, by that of what was expected.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static double Of(ReadOnlySpan<float> expected, ReadOnlySpan<float> found)
    {
        if (expected.Length != found.Length) throw new ArgumentException($"{found.Length} values are compared with {expected.Length}.", nameof(found));
        double error = 0;
        double size = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            double difference = (double)found[i] - expected[i];
            error += difference * difference;
            size += (double)expected[i] * expected[i];
        }

        return Math.Sqrt(error / size);
    }
}
