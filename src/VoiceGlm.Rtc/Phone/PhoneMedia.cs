using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace VoiceGlm.Rtc;

/// <summary>What a telephone says about its sound, in an offer or an answer: plain RTP to an address (RFC 3264, RFC 3551), protected by keys in the description or not.</summary>
public sealed record PhoneMedia
{
    /// <summary>The whole description.</summary>
    public required SessionDescription Session { get; init; }

    /// <summary>Which of its sections sound flows in.</summary>
    public required int MediaIndex { get; init; }

    /// <summary>Where sound is to be sent; the address is all zeros where none is wanted (the hold of RFC 2543).</summary>
    public required IPEndPoint Rtp { get; init; }

    /// <summary>Where reports are to be sent.</summary>
    public required IPEndPoint Rtcp { get; init; }

    /// <summary>Whether reports may come to the address of sound.</summary>
    public required bool IsRtcpMux { get; init; }

    /// <summary>The transport: <c>RTP/AVP</c>, <c>RTP/SAVP</c>, or either with feedback (<c>F</c>).</summary>
    public required string Protocol { get; init; }

    /// <summary>Which way sound goes, seen from that side.</summary>
    public required MediaDirection Direction { get; init; }

    /// <summary>What it can receive, most wanted first.</summary>
    public required IReadOnlyList<PayloadFormat> Formats { get; init; }

    /// <summary>What it protects its sound by, most wanted first; none where it does not, or not in a way that is known here.</summary>
    public required IReadOnlyList<SdesKey> Keys { get; init; }

    /// <summary>Whether sound has to be protected.</summary>
    public bool IsSecure => Protocol is "RTP/SAVP" or "RTP/SAVPF";

    /// <summary>Reads a description.</summary>
    /// <exception cref="SdpException">It cannot be read, or has no section for sound over plain RTP; the message says what is lacking.</exception>
    public static PhoneMedia Parse(string sdp)
    {
        SessionDescription session = SessionDescription.Parse(sdp);
        string problem = "Expected a section m=audio, found none.";
        for (int i = 0; i < session.Media.Count; i++)
        {
            MediaDescription media = session.Media[i];
            if (media.Kind != "audio") continue;
            if (media.Port == 0) problem = "Expected an m=audio with a port, found one that is rejected.";
            else if (media.Protocol is not ("RTP/AVP" or "RTP/AVPF" or "RTP/SAVP" or "RTP/SAVPF")) problem = $"Expected m=audio over RTP/AVP or RTP/SAVP, found {media.Protocol}.";
            else if (!TryReadAddress(media.Connection ?? session.Connection, out IPAddress? address)) problem = $"Expected c=IN IP4 or IP6 and an address, found '{media.Connection ?? session.Connection}'.";
            else return Read(session, i, address!);
        }

        throw new SdpException(problem);
    }

    private static PhoneMedia Read(SessionDescription session, int index, IPAddress address)
    {
        MediaDescription media = session.Media[index];
        MediaDirection direction = MediaDirections.Of(session, media);
        // It wants no sound, whatever else it says.
        if (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)) direction &= ~MediaDirection.ReceiveOnly;
        var keys = new List<SdesKey>();
        foreach (string value in media.All("crypto"))
        {
            if (SdesKey.TryParse(value, out SdesKey? key)) keys.Add(key);
        }

        return new PhoneMedia
        {
            Session = session,
            MediaIndex = index,
            Rtp = new IPEndPoint(address, media.Port),
            Rtcp = ReadRtcp(media["rtcp"], address, media.Port),
            IsRtcpMux = media.Has("rtcp-mux"),
            Protocol = media.Protocol,
            Direction = direction,
            Formats = PayloadFormats.Read(media),
            Keys = keys,
        };
    }

    // IN IP4 <address>[/<time to live>]
    private static bool TryReadAddress(string? connection, out IPAddress? address)
    {
        address = null;
        return connection?.Split(' ', StringSplitOptions.RemoveEmptyEntries) is ["IN", "IP4" or "IP6", var text]
            && IPAddress.TryParse(text.Split('/', 2)[0], out address) && address.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6;
    }

    // <port> [IN IP4 <address>] (RFC 3605); the next port where nothing is said.
    private static IPEndPoint ReadRtcp(string? value, IPAddress address, int port)
    {
        int space = value?.IndexOf(' ', StringComparison.Ordinal) ?? -1;
        if (value is null || !ushort.TryParse(space < 0 ? value : value[..space], NumberStyles.None, CultureInfo.InvariantCulture, out ushort found)) return new IPEndPoint(address, Math.Min(port + 1, ushort.MaxValue));
        return new IPEndPoint(space >= 0 && TryReadAddress(value[space..], out IPAddress? other) ? other! : address, found);
    }
}
