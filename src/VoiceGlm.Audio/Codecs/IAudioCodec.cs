namespace VoiceGlm.Audio;

/// <summary>
/// A way to write sound as packets, as SDP names it (RFC 8866 <c>rtpmap</c>). A transport agrees on one by name and clock rate and
/// makes an encoder and a decoder per call. Thread-safe.
/// </summary>
public interface IAudioCodec
{
    /// <summary>The encoding name, such as <c>PCMU</c>. Names are compared without regard to case.</summary>
    string Name { get; }

    /// <summary>Units of an RTP timestamp per second. G.722 counts 8,000 a second though it has 16,000 samples (RFC 3551 §4.5.2).</summary>
    int ClockRate { get; }

    /// <summary>Channels as SDP tells them; Opus always says 2 (RFC 7587). Encoders take and decoders give one channel all the same.</summary>
    int Channels { get; }

    /// <summary>The payload type that RFC 3551 gave the codec, or <see langword="null"/> where it is agreed on per call.</summary>
    int? StaticPayloadType { get; }

    /// <summary>What to say in <c>fmtp</c>, or <see langword="null"/> for nothing.</summary>
    string? FormatParameters { get; }

    /// <summary>The rate of the samples that encoders take and decoders give.</summary>
    SampleRate SampleRate { get; }

    /// <summary>Makes an encoder for one stream.</summary>
    IAudioEncoder CreateEncoder();

    /// <summary>Makes a decoder for one stream.</summary>
    IAudioDecoder CreateDecoder();
}
