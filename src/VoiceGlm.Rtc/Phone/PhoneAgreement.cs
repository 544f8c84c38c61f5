namespace VoiceGlm.Rtc;

/// <summary>What two telephones agreed on. Numbers for sending are the other side's, numbers for receiving this side's: they differ where it was this side that offered.</summary>
/// <param name="Remote">What the other side said.</param>
/// <param name="Format">How sound is coded, both ways.</param>
/// <param name="Direction">Which way sound goes, seen from this side.</param>
public sealed record PhoneAgreement(PhoneMedia Remote, AudioFormat Format, MediaDirection Direction)
{
    private const string Event = "telephone-event";
    private const string Noise = "CN";

    /// <summary>The payload type of sound to send.</summary>
    public required byte SendType { get; init; }

    /// <summary>The payload type of sound to receive.</summary>
    public required byte ReceiveType { get; init; }

    /// <summary>Key presses to send (RFC 4733), or null where they are not agreed on.</summary>
    public PayloadFormat? SendEvent { get; init; }

    /// <summary>The payload type of key presses to receive, or null.</summary>
    public byte? ReceiveEvent { get; init; }

    /// <summary>The payload type of comfort noise to receive (RFC 3389), or null.</summary>
    public byte? ReceiveNoise { get; init; }

    /// <summary>What this side protects its sound by, or null.</summary>
    public SdesKey? LocalKey { get; init; }

    /// <summary>What the other side protects its sound by, or null.</summary>
    public SdesKey? RemoteKey { get; init; }

    /// <summary>Whether this side sends sound.</summary>
    public bool Sends => (Direction & MediaDirection.SendOnly) != 0;

    /// <summary>Whether this side receives sound.</summary>
    public bool Receives => (Direction & MediaDirection.ReceiveOnly) != 0;

    /// <summary>Answers an offer: the first of this side's formats that was offered, and what belongs to it.</summary>
    /// <param name="offer">The offer.</param>
    /// <param name="formats">What this side can code, most wanted first.</param>
    /// <param name="direction">Which way this side wants sound to go; the offer may allow less.</param>
    /// <param name="mayProtect">Whether this side can protect sound.</param>
    /// <param name="current">What this side protects its sound by so far, which goes on where the other side's goes on.</param>
    /// <exception cref="SdpException">No format, or no way to protect, is common.</exception>
    public static PhoneAgreement Answer(PhoneMedia offer, IReadOnlyList<AudioFormat> formats, MediaDirection direction, bool mayProtect, PhoneAgreement? current = null)
    {
        (AudioFormat format, PayloadFormat found) = Common(offer, formats);
        SdesKey? remote = offer.IsSecure && mayProtect ? offer.Keys.Count > 0 ? offer.Keys[0] : null : null;
        if (offer.IsSecure && remote is null) throw new SdpException("Expected RTP/AVP, or a=crypto by AES_CM_128_HMAC_SHA1_80 or AEAD_AES_128_GCM where sound may be protected.");
        SdesKey? local = remote is null ? null : remote.IsSameAs(current?.RemoteKey) && current!.LocalKey!.Tag == remote.Tag ? current.LocalKey : SdesKey.Create(remote.Tag, remote.Profile);
        PayloadFormat? tones = Beside(offer, format, Event);
        return new PhoneAgreement(offer, format, direction & offer.Direction.Reversed())
        {
            SendType = found.PayloadType,
            ReceiveType = found.PayloadType,
            SendEvent = tones,
            ReceiveEvent = tones?.PayloadType,
            ReceiveNoise = Beside(offer, format, Noise)?.PayloadType,
            LocalKey = local,
            RemoteKey = remote,
        };
    }

    /// <summary>Takes the answer to an offer of this side.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="offer">What was offered.</param>
    /// <exception cref="SdpException">The answer is to something that was not offered.</exception>
    public static PhoneAgreement Complete(PhoneMedia answer, PhoneOffer offer)
    {
        (AudioFormat format, PayloadFormat found) = Common(answer, [.. offer.Formats.Select(static format => format.Format)]);
        SdesKey? remote = answer.IsSecure ? answer.Keys.FirstOrDefault(key => offer.Keys.Any(own => own.Tag == key.Tag && own.Profile == key.Profile)) : null;
        if (answer.IsSecure != offer.IsSecure || (answer.IsSecure && remote is null)) throw new SdpException("Expected an answer protected as the offer is.");
        byte? Own(string name, int clockRate) => offer.Formats.FirstOrDefault(own => own.Format.Name == name && own.Format.ClockRate == clockRate)?.PayloadType;
        PayloadFormat? tones = Beside(answer, format, Event);
        return new PhoneAgreement(answer, format, offer.Direction & answer.Direction.Reversed())
        {
            SendType = found.PayloadType,
            ReceiveType = offer.Formats.First(own => own.Format == format).PayloadType,
            SendEvent = tones,
            ReceiveEvent = tones is null ? null : Own(Event, tones.Format.ClockRate),
            ReceiveNoise = Own(Noise, format.ClockRate),
            LocalKey = remote is null ? null : offer.Keys.First(own => own.Tag == remote.Tag),
            RemoteKey = remote,
        };
    }

    private static (AudioFormat Own, PayloadFormat Found) Common(PhoneMedia media, IReadOnlyList<AudioFormat> formats)
    {
        foreach (AudioFormat wanted in formats)
        {
            if (wanted.Name is Event or Noise) continue;
            if (media.Formats.FirstOrDefault(offered => offered.Format.IsSameEncodingAs(wanted)) is { } found) return (wanted, found);
        }

        throw new SdpException($"Expected one of {string.Join(", ", formats.Select(static format => format.Name))}, found {string.Join(", ", media.Formats.Select(static format => format.Format.Name))}.");
    }

    // On the clock of sound; of another where there is no other, as telephones do that know 48 kHz for sound only.
    private static PayloadFormat? Beside(PhoneMedia media, AudioFormat format, string name)
    {
        PayloadFormat[] named = [.. media.Formats.Where(offered => offered.Format.Name.Equals(name, StringComparison.OrdinalIgnoreCase))];
        return named.FirstOrDefault(offered => offered.Format.ClockRate == format.ClockRate) ?? (name == Event ? named.FirstOrDefault() : null);
    }
}
