namespace VoiceGlm.Rtc.Tests;

/// <summary>Offers as browsers write them, their identities made up.</summary>
internal static class Offers
{
    public const string Fingerprint = "sha-256 6B:8B:F0:65:5F:78:E2:51:3B:AC:6F:F3:3F:46:1B:35:DC:B8:5F:64:1A:24:C2:43:F0:A1:58:D0:A1:2C:19:08";

    public const string Chromium = $"""
        v=0
        o=- 4611731400430051336 2 IN IP4 127.0.0.1
        s=-
        t=0 0
        a=group:BUNDLE 0 1 2
        a=extmap-allow-mixed
        a=msid-semantic: WMS stream
        m=video 9 UDP/TLS/RTP/SAVPF 96 97
        c=IN IP4 0.0.0.0
        a=rtcp:9 IN IP4 0.0.0.0
        a=ice-ufrag:Zq1r
        a=ice-pwd:pWd0123456789abcdefghijkl
        a=fingerprint:{Fingerprint}
        a=setup:actpass
        a=mid:0
        a=recvonly
        a=rtcp-mux
        a=rtpmap:96 VP8/90000
        a=rtpmap:97 rtx/90000
        a=fmtp:97 apt=96
        m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126
        c=IN IP4 0.0.0.0
        a=rtcp:9 IN IP4 0.0.0.0
        a=ice-ufrag:Zq1r
        a=ice-pwd:pWd0123456789abcdefghijkl
        a=ice-options:trickle
        a=fingerprint:{Fingerprint}
        a=setup:actpass
        a=mid:1
        a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
        a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time
        a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01
        a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
        a=sendrecv
        a=msid:stream track
        a=rtcp-mux
        a=rtcp-rsize
        a=rtpmap:111 opus/48000/2
        a=rtcp-fb:111 transport-cc
        a=fmtp:111 minptime=10;useinbandfec=1
        a=rtpmap:63 red/48000/2
        a=fmtp:63 111/111
        a=rtpmap:9 G722/8000
        a=rtpmap:0 PCMU/8000
        a=rtpmap:8 PCMA/8000
        a=rtpmap:13 CN/8000
        a=rtpmap:110 telephone-event/48000
        a=rtpmap:126 telephone-event/8000
        a=ssrc:2231627014 cname:xQkfWzX4gLkq
        m=application 9 UDP/DTLS/SCTP webrtc-datachannel
        c=IN IP4 0.0.0.0
        a=ice-ufrag:Zq1r
        a=ice-pwd:pWd0123456789abcdefghijkl
        a=fingerprint:{Fingerprint}
        a=setup:actpass
        a=mid:2
        a=sctp-port:5000

        """;

    /// <summary>Attributes of transport before the sections, two digests, an extension one way, and static payload types without a map.</summary>
    public const string Firefox = $"""
        v=0
        o=mozilla...THIS_IS_SDPARTA-99.0 1093470317 0 IN IP4 0.0.0.0
        s=-
        t=0 0
        a=fingerprint:sha-1 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB
        a=fingerprint:{Fingerprint}
        a=group:BUNDLE 0
        a=ice-options:trickle
        a=ice-ufrag:6a03d1f2
        a=ice-pwd:0123456789abcdef0123456789abcdef
        m=audio 9 UDP/TLS/RTP/SAVPF 109 9 0 8 101
        c=IN IP4 0.0.0.0
        a=sendonly
        a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
        a=extmap:2/recvonly urn:ietf:params:rtp-hdrext:csrc-audio-level
        a=extmap:3/recvonly http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time
        a=fmtp:109 maxplaybackrate=48000;stereo=1;useinbandfec=1
        a=fmtp:101 0-15
        a=mid:0
        a=rtcp-mux
        a=rtpmap:109 opus/48000/2
        a=rtpmap:101 telephone-event/8000/1
        a=setup:actpass

        """;

    public static string With(string offer, string old, string replacement)
    {
        string changed = offer.Replace(old, replacement, StringComparison.Ordinal);
        Assert.NotEqual(offer, changed);
        return changed;
    }
}
