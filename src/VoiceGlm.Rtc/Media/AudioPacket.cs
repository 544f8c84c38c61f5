namespace VoiceGlm.Rtc;

/// <summary>What a packet of the format's clock is.</summary>
public enum AudioPacketKind
{
    /// <summary>Sound in the format that was agreed on.</summary>
    Audio,

    /// <summary>A description of the noise in a pause (RFC 3389).</summary>
    ComfortNoise,
}

/// <summary>A packet of sound as it came out of the network: authentic, decrypted, once; in no order. Lives as long as the call that brings it.</summary>
/// <param name="kind">What it is.</param>
/// <param name="ssrc">Its source.</param>
/// <param name="sequence">Its number, which goes on beyond 65,535.</param>
/// <param name="timestamp">When its first sample was taken, in ticks of the format's clock, modulo 2³².</param>
/// <param name="isMarked">Whether it is the first after a pause.</param>
/// <param name="level">How loud the sender says it is, or null.</param>
/// <param name="arrival">When it arrived, by the server's steady clock.</param>
/// <param name="payload">The coded sound.</param>
public readonly ref struct AudioPacket(
    AudioPacketKind kind, uint ssrc, long sequence, uint timestamp, bool isMarked, AudioLevel? level, TimeSpan arrival, ReadOnlySpan<byte> payload)
{
    /// <summary>What it is.</summary>
    public AudioPacketKind Kind { get; } = kind;

    /// <summary>Its source. Another one than before begins anew: its numbers and timestamps have nothing to do with those of the one before.</summary>
    public uint Ssrc { get; } = ssrc;

    /// <summary>Its number, which goes on beyond 65,535: what a jitter buffer orders by.</summary>
    public long Sequence { get; } = sequence;

    /// <summary>When its first sample was taken, in ticks of the format's clock, modulo 2³².</summary>
    public uint Timestamp { get; } = timestamp;

    /// <summary>Whether it is the first after a pause.</summary>
    public bool IsMarked { get; } = isMarked;

    /// <summary>How loud the sender says it is, or null.</summary>
    public AudioLevel? Level { get; } = level;

    /// <summary>When it arrived, by the server's steady clock.</summary>
    public TimeSpan Arrival { get; } = arrival;

    /// <summary>The coded sound.</summary>
    public ReadOnlySpan<byte> Payload { get; } = payload;
}
