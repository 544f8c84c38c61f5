namespace VoiceGlm.Rtc;

/// <summary>What an offer says about the one section that sound will flow in: the first usable <c>m=audio</c>.</summary>
/// <remarks>JSEP (RFC 9429) with BUNDLE and rtcp-mux; the offerer is a full ICE agent that can be the DTLS client.</remarks>
public sealed record AudioOffer
{
    private const int MinimumUfrag = 4;
    private const int MinimumPassword = 22;
    private const int MaximumCredential = 256;

    /// <summary>The whole offer.</summary>
    public required SessionDescription Session { get; init; }

    /// <summary>Which of its sections this is.</summary>
    public required int MediaIndex { get; init; }

    /// <summary>The section's name in the bundle, or null.</summary>
    public required string? Mid { get; init; }

    /// <summary>The transport, said again in the answer.</summary>
    public required string Protocol { get; init; }

    /// <summary>The offerer's ICE username fragment.</summary>
    public required string IceUfrag { get; init; }

    /// <summary>The offerer's ICE password. Never logged.</summary>
    public required string IcePassword { get; init; }

    /// <summary>The digests of which one must be the offerer's certificate's.</summary>
    public required IReadOnlyList<CertificateFingerprint> Fingerprints { get; init; }

    /// <summary>Which way sound goes, seen from the offerer.</summary>
    public required MediaDirection Direction { get; init; }

    /// <summary>What the offerer can receive, most wanted first.</summary>
    public required IReadOnlyList<PayloadFormat> Formats { get; init; }

    /// <summary>The header extensions, by the identifiers that the offerer chose.</summary>
    public required RtpExtensionMap Extensions { get; init; }

    /// <summary>The formats for which the offerer takes transport-wide feedback.</summary>
    public required IReadOnlySet<byte> TransportFeedback { get; init; }

    /// <summary>The formats for which the offerer takes requests to send again.</summary>
    public required IReadOnlySet<byte> Nack { get; init; }

    /// <summary>Whether RTCP packets may travel without a report before them (RFC 5506).</summary>
    public required bool ReducedSizeRtcp { get; init; }

    /// <summary>Reads an offer.</summary>
    /// <exception cref="SdpException">The offer has no usable section; the message says what the last one lacks.</exception>
    public static AudioOffer Parse(string sdp) => From(SessionDescription.Parse(sdp));

    /// <summary>Finds the section that sound will flow in.</summary>
    /// <exception cref="SdpException">The offer has no usable section; the message says what the last one lacks.</exception>
    public static AudioOffer From(SessionDescription session)
    {
        string problem = "Expected a section m=audio, found none.";
        for (int i = 0; i < session.Media.Count; i++)
        {
            MediaDescription media = session.Media[i];
            if (media.Kind != "audio") continue;
            if (Problem(session, media) is { } found)
                problem = found;
            else
                return Read(session, i);
        }

        throw new SdpException(problem);
    }

    private static string? Problem(SessionDescription session, MediaDescription media)
    {
        if (media.Port == 0 && !media.Has("bundle-only")) return "Expected an m=audio with a port, found one that is rejected.";
        if (media.Protocol is not ("UDP/TLS/RTP/SAVPF" or "TCP/TLS/RTP/SAVPF" or "UDP/TLS/RTP/SAVP" or "TCP/TLS/RTP/SAVP" or "RTP/SAVPF"))
            return $"Expected m=audio over UDP/TLS/RTP/SAVPF, found {media.Protocol}.";
        if (!media.Has("rtcp-mux")) return "Expected a=rtcp-mux: RTP and RTCP share one address here.";
        if (session.Has("ice-lite")) return "Expected a full ICE agent: this side is ice-lite, and one of two must check.";
        if (Of(session, media, "ice-ufrag") is not { Length: >= MinimumUfrag and <= MaximumCredential })
            return $"Expected a=ice-ufrag of {MinimumUfrag} to {MaximumCredential} characters.";
        if (Of(session, media, "ice-pwd") is not { Length: >= MinimumPassword and <= MaximumCredential })
            return $"Expected a=ice-pwd of {MinimumPassword} to {MaximumCredential} characters.";
        if (Of(session, media, "setup") is not ("actpass" or "active"))
            return "Expected a=setup:actpass or active: this side waits for the DTLS handshake.";
        if (ReadFingerprints(session, media).Count == 0) return "Expected a=fingerprint by sha-256, sha-384 or sha-512.";
        return null;
    }

    private static AudioOffer Read(SessionDescription session, int index)
    {
        MediaDescription media = session.Media[index];
        return new AudioOffer
        {
            Session = session,
            MediaIndex = index,
            Mid = media["mid"],
            Protocol = media.Protocol,
            IceUfrag = Of(session, media, "ice-ufrag")!,
            IcePassword = Of(session, media, "ice-pwd")!,
            Fingerprints = ReadFingerprints(session, media),
            Direction = MediaDirections.Of(session, media),
            Formats = PayloadFormats.Read(media),
            Extensions = RtpExtensionMap.Read(session, media),
            TransportFeedback = ReadFeedback(media, "transport-cc"),
            Nack = ReadFeedback(media, "nack"),
            ReducedSizeRtcp = media.Has("rtcp-rsize"),
        };
    }

    private static string? Of(SessionDescription session, MediaDescription media, string name) => media[name] ?? session[name];

    private static List<CertificateFingerprint> ReadFingerprints(SessionDescription session, MediaDescription media)
    {
        IEnumerable<string> own = (media.All("fingerprint").Any() ? (SdpSection)media : session).All("fingerprint");
        var found = new List<CertificateFingerprint>();
        foreach (string value in own)
        {
            if (CertificateFingerprint.TryParse(value, out CertificateFingerprint? fingerprint)) found.Add(fingerprint);
        }

        return found;
    }

    // <payload type | *> <kind>
    private static HashSet<byte> ReadFeedback(MediaDescription media, string kind)
    {
        var types = new HashSet<byte>();
        foreach (string value in media.All("rtcp-fb"))
        {
            string[] words = value.Split(' ', 2);
            if (words.Length != 2 || words[1].TrimEnd() != kind) continue;
            if (words[0] == "*")
                types.UnionWith(Enumerable.Range(0, 128).Select(static type => (byte)type));
            else if (byte.TryParse(words[0], out byte type) && type < 128)
                types.Add(type);
        }

        return types;
    }
}
