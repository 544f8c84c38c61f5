using System.Globalization;

namespace VoiceGlm.Rtc;

/// <summary>What two sides agreed on, and the answer that says so.</summary>
/// <param name="Offer">What was offered.</param>
/// <param name="Audio">The one format of sound, both ways.</param>
/// <param name="TelephoneEvent">The payload type of key presses on the same clock (RFC 4733), or null.</param>
/// <param name="ComfortNoise">The payload type of comfort noise on the same clock (RFC 3389), or null.</param>
/// <param name="Extensions">The header extensions that both know.</param>
/// <param name="Direction">Which way sound goes, seen from this side.</param>
public sealed record AudioAnswer(
    AudioOffer Offer, PayloadFormat Audio, byte? TelephoneEvent, byte? ComfortNoise, RtpExtensionMap Extensions, MediaDirection Direction)
{
    /// <summary>Whether this side sends sound.</summary>
    public bool Sends => (Direction & MediaDirection.SendOnly) != 0;

    /// <summary>Whether this side receives sound.</summary>
    public bool Receives => (Direction & MediaDirection.ReceiveOnly) != 0;

    /// <summary>Whether arrivals are reported packet by packet, in both directions.</summary>
    public bool TransportFeedback => Extensions.TransportSequence != 0 && Offer.TransportFeedback.Contains(Audio.PayloadType);

    /// <summary>Whether lost packets may be asked for again.</summary>
    public bool Nack => Offer.Nack.Contains(Audio.PayloadType);

    /// <summary>Agrees: the first of this side's formats that was offered, and what belongs to it.</summary>
    /// <param name="offer">The offer.</param>
    /// <param name="formats">What this side can code, most wanted first.</param>
    /// <param name="direction">Which way this side wants sound to go; the offer may allow less.</param>
    /// <exception cref="SdpException">No format is common; the message lists what was offered.</exception>
    public static AudioAnswer Agree(AudioOffer offer, IEnumerable<AudioFormat> formats, MediaDirection direction = MediaDirection.SendReceive)
    {
        foreach (AudioFormat wanted in formats)
        {
            if (offer.Formats.FirstOrDefault(offered => offered.Format.IsSameEncodingAs(wanted)) is not { } found) continue;
            byte? Beside(string name) => offer.Formats
                .FirstOrDefault(offered => offered.Format.ClockRate == wanted.ClockRate && offered.Format.Name.Equals(name, StringComparison.OrdinalIgnoreCase))?.PayloadType;
            return new AudioAnswer(
                offer, new PayloadFormat(found.PayloadType, wanted), Beside("telephone-event"), Beside("CN"), offer.Extensions, direction & offer.Direction.Reversed());
        }

        throw new SdpException(
            $"Expected one of {string.Join(", ", formats.Select(static format => format.Name))}, found {string.Join(", ", offer.Formats.Select(static format => format.Format.Name))}.");
    }

    /// <summary>Writes the answer.</summary>
    /// <param name="local">What this side says of itself.</param>
    internal SessionDescription Describe(LocalDescription local)
    {
        var session = new SessionDescription { SessionId = local.SessionId, SessionVersion = local.Version };
        session.Add("ice-lite");
        if (Offer.Mid is not null) session.Add("group", $"BUNDLE {Offer.Mid}");
        session.Add("msid-semantic", " WMS *");
        for (int i = 0; i < Offer.Session.Media.Count; i++)
        {
            MediaDescription offered = Offer.Session.Media[i];
            session.Media.Add(i == Offer.MediaIndex ? DescribeAudio(local) : Rejected(offered));
        }

        return session;
    }

    private static MediaDescription Rejected(MediaDescription offered)
    {
        var media = new MediaDescription { Kind = offered.Kind, Port = 0, Protocol = offered.Protocol, Formats = offered.Formats, Connection = "IN IP4 0.0.0.0" };
        media.Add("inactive");
        if (offered["mid"] is { } mid) media.Add("mid", mid);
        return media;
    }

    private MediaDescription DescribeAudio(LocalDescription local)
    {
        var types = new List<byte> { Audio.PayloadType };
        if (ComfortNoise is { } noise) types.Add(noise);
        if (TelephoneEvent is { } tone) types.Add(tone);
        var media = new MediaDescription
        {
            Kind = "audio",
            Port = 9,
            Protocol = Offer.Protocol,
            Formats = [.. types.Select(static type => type.ToString(CultureInfo.InvariantCulture))],
            Connection = "IN IP4 0.0.0.0",
        };
        if (Offer.Mid is not null) media.Add("mid", Offer.Mid);
        media.Add(Direction.Word());
        media.Add("rtcp-mux");
        if (Offer.ReducedSizeRtcp) media.Add("rtcp-rsize");
        media.Add("ice-ufrag", local.IceUfrag);
        media.Add("ice-pwd", local.IcePassword);
        media.Add("fingerprint", local.Fingerprint.ToString());
        media.Add("setup", "passive");
        DescribeFormats(media);
        Extensions.Describe(media);
        if (Sends)
        {
            media.Add("msid", $"{local.Name} {local.Name}");
            media.Add("ssrc", $"{local.Ssrc} cname:{local.Name}");
        }

        foreach (IceCandidate candidate in local.Candidates)
            media.Add("candidate", candidate.ToString());
        media.Add("end-of-candidates");
        return media;
    }

    private void DescribeFormats(MediaDescription media)
    {
        AudioFormat format = Audio.Format;
        media.Add("rtpmap", $"{Audio.PayloadType} {format.Name}/{format.ClockRate}{(format.Channels == 1 ? "" : $"/{format.Channels}")}");
        if (format.Parameters is not null) media.Add("fmtp", $"{Audio.PayloadType} {format.Parameters}");
        if (TransportFeedback) media.Add("rtcp-fb", $"{Audio.PayloadType} transport-cc");
        if (Nack) media.Add("rtcp-fb", $"{Audio.PayloadType} nack");
        if (ComfortNoise is { } noise) media.Add("rtpmap", $"{noise} CN/{format.ClockRate}");
        if (TelephoneEvent is not { } tone) return;
        media.Add("rtpmap", $"{tone} telephone-event/{format.ClockRate}");
        media.Add("fmtp", $"{tone} 0-15");
    }
}

/// <summary>What a side says of itself in a description.</summary>
internal sealed record LocalDescription
{
    public required string SessionId { get; init; }

    public required ulong Version { get; init; }

    /// <summary>Names the track, the stream and the source: random, it says nothing about who.</summary>
    public required string Name { get; init; }

    public required uint Ssrc { get; init; }

    public required string IceUfrag { get; init; }

    public required string IcePassword { get; init; }

    public required CertificateFingerprint Fingerprint { get; init; }

    public required IReadOnlyList<IceCandidate> Candidates { get; init; }
}
