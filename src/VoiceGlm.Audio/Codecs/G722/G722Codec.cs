namespace VoiceGlm.Audio;

/// <summary>ITU-T G.722 at 64 kbit/s: 16,000 samples a second in two bands, the wideband codec that most desk telephones have.</summary>
public sealed class G722Codec : IAudioCodec
{
    /// <inheritdoc/>
    public string Name => "G722";

    /// <inheritdoc/>
    /// <remarks>RFC 3551 §4.5.2: half the true rate, by a mistake that is kept.</remarks>
    public int ClockRate => 8_000;

    /// <inheritdoc/>
    public int Channels => 1;

    /// <inheritdoc/>
    public int? StaticPayloadType => 9;

    /// <inheritdoc/>
    public string? FormatParameters => null;

    /// <inheritdoc/>
    public SampleRate SampleRate => SampleRate.Wideband;

    /// <inheritdoc/>
    public IAudioEncoder CreateEncoder() => new G722Encoder();

    /// <inheritdoc/>
    public IAudioDecoder CreateDecoder() => new G722Decoder();
}
