namespace VoiceGlm.Audio;

/// <summary>Says so when a caller's buffer is too short.</summary>
internal static class Room
{
    public static void ThrowIfShort(ReadOnlySpan<byte> payload, int needed)
    {
        if (payload.Length < needed) throw new ArgumentException($"The payload needs room for {needed} bytes, not {payload.Length}.", nameof(payload));
    }

    public static void ThrowIfShort(ReadOnlySpan<float> samples, int needed)
    {
        if (samples.Length < needed) throw new ArgumentException($"The samples need room for {needed}, not {samples.Length}.", nameof(samples));
    }
}
