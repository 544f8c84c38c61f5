using System.Numerics.Tensors;

namespace VoiceGlm.Audio;

/// <summary>Finds where sound repeats itself.</summary>
internal static class Similarity
{
    // Below −80 dB one stretch of silence is as good as another.
    private const double SilentPower = 1e-8;

    /// <summary>Finds the place where sound is most like a pattern: the largest correlation, both scaled to the same energy.</summary>
    /// <param name="pattern">What to look for.</param>
    /// <param name="sound">Where; at least as long as <paramref name="pattern"/>.</param>
    /// <param name="correlation">At that place, in [-1, 1]; 1 when both are silent.</param>
    /// <returns>Where in <paramref name="sound"/> the likeness begins; the first of equals.</returns>
    public static int Find(ReadOnlySpan<float> pattern, ReadOnlySpan<float> sound, out float correlation)
    {
        double silent = SilentPower * pattern.Length;
        double patternEnergy = TensorPrimitives.SumOfSquares(pattern);
        double energy = TensorPrimitives.SumOfSquares(sound[..pattern.Length]);
        int best = 0;
        double highest = double.NegativeInfinity;
        for (int place = 0; place + pattern.Length <= sound.Length; place++)
        {
            double score = Score(TensorPrimitives.Dot(pattern, sound.Slice(place, pattern.Length)), patternEnergy, energy, silent);
            if (score > highest) (best, highest) = (place, score);
            if (place + pattern.Length == sound.Length) break;
            double leaving = sound[place];
            double coming = sound[place + pattern.Length];
            energy = Math.Max(0, energy + (coming * coming) - (leaving * leaving));
        }

        correlation = (float)highest;
        return best;
    }

    private static double Score(double dot, double patternEnergy, double energy, double silent)
    {
        if (patternEnergy < silent && energy < silent) return 1;
        return Math.Clamp(dot / Math.Sqrt(Math.Max(patternEnergy, silent) * Math.Max(energy, silent)), -1, 1);
    }
}
