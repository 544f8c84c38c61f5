namespace VoiceGlm.Audio;

/// <summary>Writes one stream of sound as packets. Allocates nothing per packet. Not thread-safe.</summary>
public interface IAudioEncoder : IDisposable
{
    /// <summary>Encodes the next packet's worth of sound.</summary>
    /// <param name="samples">Mono in [-1, 1] at the codec's rate: 10, 20, 40 or 60 ms. What is beyond the range is clipped.</param>
    /// <param name="payload">Room for <see cref="MaxPayloadBytes"/>.</param>
    /// <returns>Bytes written; 0 when the packet need not be sent because nobody speaks (DTX).</returns>
    /// <exception cref="ArgumentException">The codec has no packets of this length, or <paramref name="payload"/> is too short.</exception>
    int Encode(ReadOnlySpan<float> samples, Span<byte> payload);

    /// <summary>The most bytes that so many samples become.</summary>
    int MaxPayloadBytes(int sampleCount);

    /// <summary>Tells what share of its packets the far side lost lately (RTCP's <c>fraction lost</c>): redundancy follows it.</summary>
    /// <param name="fraction">From 0 to 1.</param>
    void ReportLoss(double fraction);

    /// <summary>Forgets the stream and begins another.</summary>
    void Reset();
}
