namespace VoiceGlm.Rtc;

/// <summary>How sound is coded, as <c>a=rtpmap</c> and <c>a=fmtp</c> name it.</summary>
/// <param name="Name">The encoding's name, compared without case: <c>PCMU</c>, <c>G722</c>, <c>opus</c>.</param>
/// <param name="ClockRate">Ticks of the RTP timestamp per second, in hertz. G.722 says 8,000 though it samples at 16,000 (RFC 3551 §4.5.2).</param>
/// <param name="Channels">Channels as the name is registered: 2 for Opus, which may carry one (RFC 7587 §7).</param>
/// <param name="Parameters">The value of <c>a=fmtp</c> without the payload type, or null.</param>
public sealed record AudioFormat(string Name, int ClockRate, int Channels = 1, string? Parameters = null)
{
    /// <summary>G.711 µ-law, 8 kHz.</summary>
    public static readonly AudioFormat Pcmu = new("PCMU", 8_000);

    /// <summary>G.711 A-law, 8 kHz.</summary>
    public static readonly AudioFormat Pcma = new("PCMA", 8_000);

    /// <summary>G.722: 16 kHz sound on a clock of 8 kHz.</summary>
    public static readonly AudioFormat G722 = new("G722", 8_000);

    /// <summary>Opus, 48 kHz, asking the other side for in-band error correction.</summary>
    public static readonly AudioFormat Opus = new("opus", 48_000, 2, "minptime=10;useinbandfec=1");

    /// <summary>Whether both name the same encoding; parameters do not count.</summary>
    public bool IsSameEncodingAs(AudioFormat other) =>
        ClockRate == other.ClockRate && Channels == other.Channels && Name.Equals(other.Name, StringComparison.OrdinalIgnoreCase);

    /// <summary>The format that a payload type means by itself (RFC 3551 §6), or null.</summary>
    internal static AudioFormat? OfStatic(byte payloadType) => payloadType switch
    {
        0 => Pcmu,
        8 => Pcma,
        9 => G722,
        13 => new AudioFormat("CN", 8_000),
        _ => null,
    };
}

/// <summary>A format and the payload type that stands for it in one session.</summary>
/// <param name="PayloadType">The number in the RTP header, 0 to 127.</param>
/// <param name="Format">What it means.</param>
public sealed record PayloadFormat(byte PayloadType, AudioFormat Format);
