namespace VoiceGlm.Audio;

/// <summary>What the first bytes of an Opus packet tell (RFC 6716 §3.1, §4.2.3 and §4.2.4).</summary>
internal static class OpusPacket
{
    // R5: a packet holds no more than 120 ms, here at 48 kHz.
    private const int MostSamples = 5760;

    /// <summary>Samples at 48 kHz; 0 for a packet that cannot be.</summary>
    public static int SamplesIn(ReadOnlySpan<byte> payload)
    {
        if (payload.IsEmpty) return 0;
        int frames = (payload[0] & 3) switch
        {
            0 => 1,
            3 => payload.Length < 2 ? 0 : payload[1] & 63,
            _ => 2,
        };
        int samples = frames * FrameSamples(payload[0] >> 3);
        return samples <= MostSamples ? samples : 0;
    }

    /// <summary>Whether the packet holds its predecessor too (LBRR). Only packets of one frame are asked: nobody else sends it.</summary>
    public static bool HasPredecessor(ReadOnlySpan<byte> payload)
    {
        int configuration = payload.IsEmpty ? int.MaxValue : payload[0] >> 3;
        bool hasSilkLayer = configuration < 16;
        if (!hasSilkLayer || (payload[0] & 3) != 0 || payload.Length < 3) return false;

        // A bit of voice activity for each 20 ms of the frame, then the bit that says so.
        int voiceBits = Math.Max(1, FrameSamples(configuration) / 960);
        return (payload[1] & (0x80 >> voiceBits)) != 0;
    }

    private static int FrameSamples(int configuration) => configuration switch
    {
        < 12 => (configuration & 3) switch { 0 => 480, 1 => 960, 2 => 1920, _ => 2880 },
        < 16 => (configuration & 1) == 0 ? 480 : 960,
        _ => 120 << (configuration & 3),
    };
}
