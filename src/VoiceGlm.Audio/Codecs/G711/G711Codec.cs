namespace VoiceGlm.Audio;

/// <summary>ITU-T G.711: 8,000 samples of 8 bits a second, the codec that every telephone has.</summary>
public sealed class G711Codec : IAudioCodec
{
    /// <summary>The µ-law of North America and Japan.</summary>
    public static readonly G711Codec Pcmu = new("PCMU", 0, CompandingLaw.Mu);

    /// <summary>The A-law of everywhere else.</summary>
    public static readonly G711Codec Pcma = new("PCMA", 8, CompandingLaw.A);

    private readonly CompandingLaw _law;

    private G711Codec(string name, int payloadType, CompandingLaw law)
    {
        Name = name;
        StaticPayloadType = payloadType;
        _law = law;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public int ClockRate => 8_000;

    /// <inheritdoc/>
    public int Channels => 1;

    /// <inheritdoc/>
    public int? StaticPayloadType { get; }

    /// <inheritdoc/>
    public string? FormatParameters => null;

    /// <inheritdoc/>
    public SampleRate SampleRate => SampleRate.Narrowband;

    /// <inheritdoc/>
    public IAudioEncoder CreateEncoder() => new G711Encoder(_law);

    /// <inheritdoc/>
    public IAudioDecoder CreateDecoder() => new G711Decoder(_law);
}
