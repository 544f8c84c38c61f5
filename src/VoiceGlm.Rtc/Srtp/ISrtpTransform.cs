namespace VoiceGlm.Rtc;

/// <summary>Encrypts and authenticates the body of one packet in place. One per direction and kind (RTP, RTCP). Not thread-safe.</summary>
internal interface ISrtpTransform : IDisposable
{
    /// <summary>Bytes that protection adds, the word of an RTCP index not counted.</summary>
    int TagLength { get; }

    /// <summary>Protects a packet; a tag of <see cref="TagLength"/> is written behind it, where the RTCP index is in the way behind that.</summary>
    /// <param name="packet">Header and body, and room for tag and trailer behind.</param>
    /// <param name="nonce">What makes the packet's key stream its own.</param>
    /// <param name="headerLength">How much stays readable.</param>
    /// <param name="length">Header and body.</param>
    void Protect(Span<byte> packet, in SrtpNonce nonce, int headerLength, int length);

    /// <summary>Restores a packet. Of one that is not authentic nothing may be used.</summary>
    /// <param name="packet">Header, body, and behind them tag and trailer.</param>
    /// <param name="nonce">As it was protected.</param>
    /// <param name="headerLength">How much is readable.</param>
    /// <param name="length">Header and body.</param>
    bool Unprotect(Span<byte> packet, in SrtpNonce nonce, int headerLength, int length);
}

/// <summary>A packet's identity under a key.</summary>
/// <param name="Ssrc">Its source.</param>
/// <param name="Index">Its index: rollover counter and sequence number, or the RTCP index.</param>
/// <param name="Trailer">RTCP's index word with the bit that says it is encrypted; null for RTP, whose rollover counter is authenticated without being sent.</param>
internal readonly record struct SrtpNonce(uint Ssrc, long Index, uint? Trailer);
