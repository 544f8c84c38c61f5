namespace VoiceGlm.SpeechDecoder;

/// <summary>Leads from one version of some spectrogram frames over to another.</summary>
internal static class CrossFade
{
    /// <summary>Blends along half a period of a raised cosine, whose two sides sum to one: equal versions stay as they are.</summary>
    /// <param name="before">The earlier version, shape [frames, bins].</param>
    /// <param name="after">The later version, shape [frames, bins]; receives the blend.</param>
    /// <param name="bins">Bins of a frame.</param>
    public static void Blend(ReadOnlySpan<float> before, Span<float> after, int bins)
    {
        int frames = before.Length / bins;
        for (int frame = 0; frame < frames; frame++)
        {
            float weight = 0.5f - (0.5f * MathF.Cos(MathF.PI * (frame + 0.5f) / frames));
            for (int i = frame * bins; i < (frame + 1) * bins; i++) after[i] = before[i] + (weight * (after[i] - before[i]));
        }
    }

    /// <summary>Blends as the reference does: by the two sides of a Hamming window, which sum to more than one. For parity only.</summary>
    /// <param name="before">The earlier version, shape [frames, bins].</param>
    /// <param name="after">The later version, at least as long; its first frames receive the blend.</param>
    /// <param name="bins">Bins of a frame.</param>
    /// <remarks>GLM-4-Voice flow_inference.py fade_in_out: numpy's Hamming window of twice the length, products in double precision.</remarks>
    public static void BlendByHamming(ReadOnlySpan<float> before, Span<float> after, int bins)
    {
        int frames = before.Length / bins;
        for (int frame = 0; frame < frames; frame++)
        {
            double rising = Hamming(frame, 2 * frames);
            double falling = Hamming(frame + frames, 2 * frames);
            for (int i = frame * bins; i < (frame + 1) * bins; i++) after[i] = (float)((after[i] * rising) + (before[i] * falling));
        }
    }

    private static double Hamming(int index, int length) => 0.54 + (0.46 * Math.Cos(Math.PI * (1 - length + (2 * index)) / (length - 1)));
}
