using Xunit;

namespace VoiceGlm.Testing;

/// <summary>Compares arrays of numbers with a stated tolerance, and names the worst.</summary>
public static class Close
{
    /// <summary>Fails when any |actual − expected| exceeds the tolerance, or is not a number.</summary>
    public static void Equal(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        int worst = -1;
        double worstDifference = -1;
        for (int i = 0; i < expected.Length; i++)
        {
            double difference = Math.Abs((double)actual[i] - expected[i]);
            if (double.IsNaN(difference)) difference = double.PositiveInfinity;
            if (difference <= worstDifference) continue;
            worst = i;
            worstDifference = difference;
        }

        Assert.True(
            worstDifference <= tolerance,
            worst < 0 ? "" : $"Worst of {expected.Length}: index {worst}, expected {expected[worst]:R}, got {actual[worst]:R}, off by {worstDifference:E2}; tolerance {tolerance:E2}.");
    }
}
