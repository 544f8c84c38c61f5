namespace VoiceGlm.Rtc;

/// <summary>What this side offers.</summary>
/// <param name="Formats">What it can receive, with the numbers of this session, key presses and comfort noise included.</param>
/// <param name="Direction">Which way it wants sound to go.</param>
/// <param name="Keys">What it would protect its sound by; none for plain sound.</param>
public sealed record PhoneOffer(IReadOnlyList<PayloadFormat> Formats, MediaDirection Direction, IReadOnlyList<SdesKey> Keys)
{
    // What everybody uses for these, and beyond all that is assigned.
    private const byte FirstDynamicType = 96;
    private const byte EventType = 101;
    private const byte FullbandEventType = 102;
    private const byte NoiseType = 13;

    /// <summary>Whether sound has to be protected.</summary>
    public bool IsSecure => Keys.Count > 0;

    /// <summary>Makes an offer.</summary>
    /// <param name="formats">What this side can code, most wanted first.</param>
    /// <param name="direction">Which way it wants sound to go.</param>
    /// <param name="protects">Whether sound has to be protected.</param>
    public static PhoneOffer Of(IReadOnlyList<AudioFormat> formats, MediaDirection direction, bool protects)
    {
        var numbered = new List<PayloadFormat>();
        byte next = FirstDynamicType;
        foreach (AudioFormat format in formats) numbered.Add(new PayloadFormat(StaticType(format) ?? next++, format));
        if (formats.Any(static format => format.ClockRate == 8_000))
        {
            numbered.Add(new PayloadFormat(NoiseType, new AudioFormat("CN", 8_000)));
            numbered.Add(new PayloadFormat(EventType, new AudioFormat("telephone-event", 8_000, 1, "0-15")));
        }

        if (formats.Any(static format => format.ClockRate == 48_000)) numbered.Add(new PayloadFormat(FullbandEventType, new AudioFormat("telephone-event", 48_000, 1, "0-15")));
        return new PhoneOffer(numbered, direction, protects ? [SdesKey.Create(1, SrtpProfile.AeadAes128Gcm), SdesKey.Create(2, SrtpProfile.Aes128CmHmacSha1)] : []);
    }

    private static byte? StaticType(AudioFormat format)
    {
        foreach (byte type in (ReadOnlySpan<byte>)[0, 8, 9])
        {
            if (AudioFormat.OfStatic(type)!.IsSameEncodingAs(format)) return type;
        }

        return null;
    }
}
