using System.Net;

namespace VoiceGlm.Rtc.Tests;

public sealed class AudioAnswerTests
{
    private static readonly AudioFormat[] s_formats = [AudioFormat.Opus, AudioFormat.G722, AudioFormat.Pcmu];

    [Fact]
    public void Offer_of_a_browser_is_understood()
    {
        AudioOffer offer = AudioOffer.Parse(Offers.Chromium);
        Assert.Equal((1, "1", "Zq1r", "pWd0123456789abcdefghijkl"), (offer.MediaIndex, offer.Mid, offer.IceUfrag, offer.IcePassword));
        Assert.Equal(Offers.Fingerprint, Assert.Single(offer.Fingerprints).ToString());
        Assert.Equal(new RtpExtensionMap { AudioLevel = 1, AbsoluteSendTime = 2, TransportSequence = 3 }, offer.Extensions);
        Assert.Equal(new AudioFormat("opus", 48_000, 2, "minptime=10;useinbandfec=1"), offer.Formats[0].Format);
        Assert.Equal(111, Assert.Single(offer.TransportFeedback));
        Assert.True(offer.ReducedSizeRtcp);
    }

    [Fact]
    public void Offer_with_its_transport_at_session_level_is_understood()
    {
        AudioOffer offer = AudioOffer.Parse(Offers.Firefox);
        Assert.Equal("6a03d1f2", offer.IceUfrag);
        Assert.Equal("sha-256", Assert.Single(offer.Fingerprints).Algorithm);
        Assert.Equal(new RtpExtensionMap { AudioLevel = 1 }, offer.Extensions);
        Assert.Equal(MediaDirection.SendOnly, offer.Direction);
        Assert.Equal([109, 9, 0, 8, 101], offer.Formats.Select(static format => format.PayloadType));
    }

    [Fact]
    public void First_common_format_of_this_side_is_chosen_with_what_belongs_to_its_clock()
    {
        AudioAnswer opus = AudioAnswer.Agree(AudioOffer.Parse(Offers.Chromium), s_formats);
        Assert.Equal((111, (byte?)110, null), (opus.Audio.PayloadType, opus.TelephoneEvent, opus.ComfortNoise));
        Assert.True(opus.TransportFeedback);
        AudioAnswer g722 = AudioAnswer.Agree(AudioOffer.Parse(Offers.Chromium), [AudioFormat.G722]);
        Assert.Equal((9, (byte?)126, (byte?)13), (g722.Audio.PayloadType, g722.TelephoneEvent, g722.ComfortNoise));
        Assert.False(g722.TransportFeedback);
    }

    [Theory]
    [InlineData("sendrecv", MediaDirection.SendReceive, MediaDirection.SendReceive)]
    [InlineData("sendonly", MediaDirection.SendReceive, MediaDirection.ReceiveOnly)]
    [InlineData("recvonly", MediaDirection.SendReceive, MediaDirection.SendOnly)]
    [InlineData("inactive", MediaDirection.SendReceive, MediaDirection.Inactive)]
    [InlineData("sendrecv", MediaDirection.SendOnly, MediaDirection.SendOnly)]
    [InlineData("sendonly", MediaDirection.SendOnly, MediaDirection.Inactive)]
    public void Direction_is_what_both_want(string offered, MediaDirection wanted, MediaDirection agreed)
    {
        AudioOffer offer = AudioOffer.Parse(Offers.Chromium.Replace("a=sendrecv", $"a={offered}", StringComparison.Ordinal));
        Assert.Equal(agreed, AudioAnswer.Agree(offer, s_formats, wanted).Direction);
    }

    [Fact]
    public void Answer_says_every_section_in_order_and_accepts_one()
    {
        SessionDescription answer = Answer(Offers.Chromium);
        Assert.Equal([0, 9, 0], answer.Media.Select(static media => (int)media.Port));
        Assert.Equal(["0", "1", "2"], answer.Media.Select(static media => media["mid"]));
        Assert.Equal("BUNDLE 1", answer["group"]);
        Assert.True(answer.Has("ice-lite"));
        MediaDescription audio = answer.Media[1];
        Assert.Equal(["111", "110"], audio.Formats);
        Assert.Equal(["111 opus/48000/2", "110 telephone-event/48000"], audio.All("rtpmap"));
        Assert.Equal(["111 minptime=10;useinbandfec=1", "110 0-15"], audio.All("fmtp"));
        Assert.Equal(["111 transport-cc"], audio.All("rtcp-fb"));
        Assert.Equal(3, audio.All("extmap").Count());
        Assert.Equal("passive", audio["setup"]);
        Assert.Equal(
            ["65535 1 udp 2130706431 203.0.113.7 40000 typ host", "131071 1 tcp 1520435199 2001:db8::7 443 typ host tcptype passive"], audio.All("candidate"));
        Assert.True(audio.Has("end-of-candidates"));
        Assert.Equal("77 cname:n", audio["ssrc"]);
    }

    [Fact]
    public void Answer_to_a_recvonly_side_names_no_source_where_nothing_is_sent()
    {
        MediaDescription audio = Answer(Offers.With(Offers.Chromium, "a=sendrecv", "a=sendonly")).Media[1];
        Assert.True(audio.Has("recvonly"));
        Assert.False(audio.Has("ssrc"));
        Assert.False(audio.Has("msid"));
    }

    [Theory]
    [InlineData("a=rtcp-mux\n", "", "Expected a=rtcp-mux")]
    [InlineData("a=setup:actpass", "a=setup:passive", "Expected a=setup:actpass or active")]
    [InlineData("a=fingerprint:sha-256", "a=fingerprint:sha-1", "Expected a=fingerprint by sha-256")]
    [InlineData("a=ice-ufrag:Zq1r", "a=ice-ufrag:Zq", "Expected a=ice-ufrag of 4 to 256 characters")]
    [InlineData("a=ice-pwd:pWd0123456789abcdefghijkl", "a=ice-pwd:short", "Expected a=ice-pwd of 22 to 256 characters")]
    [InlineData("m=audio 9 UDP/TLS/RTP/SAVPF", "m=audio 9 RTP/AVP", "Expected m=audio over UDP/TLS/RTP/SAVPF, found RTP/AVP")]
    [InlineData("m=audio 9", "m=audio 0", "Expected an m=audio with a port")]
    [InlineData("m=audio", "m=music", "Expected a section m=audio, found none")]
    [InlineData("a=extmap-allow-mixed", "a=ice-lite", "Expected a full ICE agent")]
    public void Offer_that_cannot_be_met_is_refused_with_what_it_lacks(string old, string replacement, string message) =>
        Assert.StartsWith(message, Assert.Throws<SdpException>(() => AudioOffer.Parse(Offers.With(Offers.Chromium, old, replacement))).Message, StringComparison.Ordinal);

    [Fact]
    public void Offer_without_a_common_format_is_refused_with_both_lists() =>
        Assert.StartsWith("Expected one of iLBC, found opus, red, G722", Assert.Throws<SdpException>(
            static () => AudioAnswer.Agree(AudioOffer.Parse(Offers.Chromium), [new AudioFormat("iLBC", 8_000)])).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("sha-256 AA", false)]
    [InlineData("md5 " + "AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA", false)]
    [InlineData("SHA-256 6b:8b:f0:65:5f:78:e2:51:3b:ac:6f:f3:3f:46:1b:35:dc:b8:5f:64:1a:24:c2:43:f0:a1:58:d0:a1:2c:19:08", true)]
    [InlineData("sha-256 6B-8B:F0:65:5F:78:E2:51:3B:AC:6F:F3:3F:46:1B:35:DC:B8:5F:64:1A:24:C2:43:F0:A1:58:D0:A1:2C:19:08", false)]
    [InlineData("sha-256 XX:8B:F0:65:5F:78:E2:51:3B:AC:6F:F3:3F:46:1B:35:DC:B8:5F:64:1A:24:C2:43:F0:A1:58:D0:A1:2C:19:08", false)]
    public void Fingerprint_is_read_only_where_it_can_be_trusted(string value, bool readable) =>
        Assert.Equal(readable, CertificateFingerprint.TryParse(value, out _));

    private static SessionDescription Answer(string offer) => SessionDescription.Parse(AudioAnswer.Agree(AudioOffer.Parse(offer), s_formats).Describe(new LocalDescription
    {
        SessionId = "42",
        Version = 1,
        Name = "n",
        Ssrc = 77,
        IceUfrag = "abcdefgh",
        IcePassword = "0123456789abcdef01234567",
        Fingerprint = CertificateFingerprint.Of([1, 2, 3]),
        Candidates =
        [
            new IceCandidate(IceTransport.Udp, new IPEndPoint(IPAddress.Parse("203.0.113.7"), 40_000), 65_535),
            new IceCandidate(IceTransport.TcpPassive, new IPEndPoint(IPAddress.Parse("2001:db8::7"), 443), 65_535),
        ],
    }).ToString());
}
