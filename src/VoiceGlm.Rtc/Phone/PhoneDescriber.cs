using System.Globalization;
using System.Security.Cryptography;

namespace VoiceGlm.Rtc;

/// <summary>Writes the descriptions of one call, each a version of the same session (RFC 3264 §8). Not thread-safe.</summary>
/// <param name="address">This side's address, as peers reach it.</param>
/// <param name="rtpPort">Where sound comes in.</param>
/// <param name="rtcpPort">Where reports come in.</param>
public sealed class PhoneDescriber(string address, int rtpPort, int rtcpPort)
{
    private readonly string _sessionId = RandomNumberGenerator.GetInt32(int.MaxValue).ToString(CultureInfo.InvariantCulture);
    private readonly string _connection = address.Contains(':', StringComparison.Ordinal) ? $"IN IP6 {address.Trim('[', ']')}" : $"IN IP4 {address}";
    private ulong _version;

    /// <summary>Writes an offer.</summary>
    public string Describe(PhoneOffer offer)
    {
        SessionDescription session = Begin();
        session.Media.Add(Section(offer.IsSecure ? "RTP/SAVP" : "RTP/AVP", offer.Formats, offer.Direction, offer.Keys, isRtcpMux: true));
        return session.ToString();
    }

    /// <summary>Writes the answer to an offer: one format of sound and what belongs to it; other sections are rejected.</summary>
    public string Describe(PhoneAgreement agreement)
    {
        SessionDescription session = Begin();
        PhoneMedia offer = agreement.Remote;
        for (int i = 0; i < offer.Session.Media.Count; i++)
        {
            MediaDescription offered = offer.Session.Media[i];
            session.Media.Add(i == offer.MediaIndex
                ? Section(offer.Protocol, Formats(agreement), agreement.Direction, agreement.LocalKey is { } key ? [key] : [], offer.IsRtcpMux)
                : new MediaDescription { Kind = offered.Kind, Port = 0, Protocol = offered.Protocol, Formats = offered.Formats });
        }

        return session.ToString();
    }

    private static List<PayloadFormat> Formats(PhoneAgreement agreement)
    {
        List<PayloadFormat> formats = [new PayloadFormat(agreement.ReceiveType, agreement.Format)];
        if (agreement.ReceiveNoise is { } noise) formats.Add(new PayloadFormat(noise, new AudioFormat("CN", agreement.Format.ClockRate)));
        if (agreement.ReceiveEvent is { } tone) formats.Add(new PayloadFormat(tone, agreement.SendEvent!.Format with { Parameters = "0-15" }));
        return formats;
    }

    private SessionDescription Begin() => new() { SessionId = _sessionId, SessionVersion = ++_version, Origin = _connection, Connection = _connection };

    private MediaDescription Section(string protocol, IEnumerable<PayloadFormat> formats, MediaDirection direction, IEnumerable<SdesKey> keys, bool isRtcpMux)
    {
        var media = new MediaDescription
        {
            Kind = "audio",
            Port = (ushort)rtpPort,
            Protocol = protocol,
            Formats = [.. formats.Select(static format => format.PayloadType.ToString(CultureInfo.InvariantCulture))],
        };
        foreach ((byte type, AudioFormat format) in formats)
        {
            media.Add("rtpmap", $"{type} {format.Name}/{format.ClockRate}{(format.Channels == 1 ? "" : $"/{format.Channels}")}");
            if (format.Parameters is not null) media.Add("fmtp", $"{type} {format.Parameters}");
        }

        foreach (SdesKey key in keys) media.Add("crypto", key.Describe());
        media.Add("ptime", "20");
        if (isRtcpMux) media.Add("rtcp-mux");
        if (rtcpPort != rtpPort + 1) media.Add("rtcp", rtcpPort.ToString(CultureInfo.InvariantCulture));
        media.Add(direction.Word());
        return media;
    }
}
