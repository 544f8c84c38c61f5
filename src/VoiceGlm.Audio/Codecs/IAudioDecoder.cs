namespace VoiceGlm.Audio;

/// <summary>
/// Reads one stream of packets as sound, and covers for packets that are missing. Each packet is decoded, recovered or concealed once, in
/// order. Payloads come from the network and may be anything. Allocates nothing per packet. Not thread-safe.
/// </summary>
public interface IAudioDecoder : IDisposable
{
    /// <summary>How many samples a payload says that it holds; 0 when it is malformed.</summary>
    int SamplesIn(ReadOnlySpan<byte> payload);

    /// <summary>Decodes a packet.</summary>
    /// <param name="payload">As it came.</param>
    /// <param name="samples">Room for <see cref="SamplesIn"/> samples; written in [-1, 1].</param>
    /// <returns>Samples written; 0 when the payload is malformed, and then nothing changed.</returns>
    /// <exception cref="ArgumentException"><paramref name="samples"/> is too short.</exception>
    int Decode(ReadOnlySpan<byte> payload, Span<float> samples);

    /// <summary>Whether a payload also holds its predecessor, in fewer bits (forward error correction).</summary>
    bool HasPredecessor(ReadOnlySpan<byte> payload);

    /// <summary>Decodes the predecessor that a payload holds, in place of the packet that was lost.</summary>
    /// <param name="payload">The packet after the lost one; it is still to be decoded for itself.</param>
    /// <param name="samples">As many samples as were lost.</param>
    /// <returns>Whether it could be done; if not, nothing changed.</returns>
    bool TryRecover(ReadOnlySpan<byte> payload, Span<float> samples);

    /// <summary>Goes on from what was heard last, fading as nothing new comes. The next decoded packet joins without a click.</summary>
    /// <param name="samples">Any multiple of 2.5 ms up to 120 ms.</param>
    void Conceal(Span<float> samples);

    /// <summary>Forgets the stream and begins another.</summary>
    void Reset();
}
