namespace VoiceGlm.Audio;

/// <summary>Opus (RFC 6716, RFC 7587) at 48 kHz, by the system's libopus: redundancy inside the packets, silence that is not sent.</summary>
public sealed class OpusCodec : IAudioCodec
{
    private readonly OpusOptions _options;

    /// <summary>Makes the codec.</summary>
    /// <param name="options">How to encode, or <see langword="null"/> for the defaults.</param>
    /// <exception cref="PlatformNotSupportedException">The machine has no libopus; the message tells how to install it.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public OpusCodec(OpusOptions? options = null)
    {
        if (OpusLibrary.Absence is { } absence) throw new PlatformNotSupportedException(absence);
        _options = options ?? new OpusOptions();
        _options.Validate();
        FormatParameters = _options.Discontinuous ? "minptime=10;useinbandfec=1;usedtx=1" : "minptime=10;useinbandfec=1";
    }

    /// <inheritdoc/>
    public string Name => "opus";

    /// <inheritdoc/>
    public int ClockRate => 48_000;

    /// <inheritdoc/>
    public int Channels => 2;

    /// <inheritdoc/>
    public int? StaticPayloadType => null;

    /// <inheritdoc/>
    /// <remarks>They tell what we like to receive.</remarks>
    public string? FormatParameters { get; }

    /// <inheritdoc/>
    public SampleRate SampleRate => SampleRate.Fullband;

    /// <inheritdoc/>
    public IAudioEncoder CreateEncoder() => new OpusEncoder(_options);

    /// <inheritdoc/>
    public IAudioDecoder CreateDecoder() => new OpusDecoder();
}
