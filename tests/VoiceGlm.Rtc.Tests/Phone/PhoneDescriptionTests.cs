using System.Net;
using System.Text;
using VoiceGlm.Testing;

namespace VoiceGlm.Rtc.Tests;

/// <summary>Offers and answers of telephones (RFC 3264, RFC 4568).</summary>
public sealed class PhoneDescriptionTests
{
    private const string Key = "1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz";

    private static readonly AudioFormat[] s_formats = [AudioFormat.Opus, AudioFormat.G722, AudioFormat.Pcmu, AudioFormat.Pcma];

    [Fact]
    public void Offer_is_answered_with_one_format_and_what_belongs_to_it()
    {
        PhoneMedia offer = PhoneMedia.Parse(Offer("RTP/AVP", "8 0 13 101", "a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-16") + "m=video 5000 RTP/AVP 31\r\n");
        PhoneAgreement agreement = PhoneAgreement.Answer(offer, s_formats, MediaDirection.SendReceive, mayProtect: true);
        Assert.Equal((AudioFormat.Pcmu, (byte)0, (byte?)101, (byte?)13), (agreement.Format, agreement.SendType, agreement.ReceiveEvent, agreement.ReceiveNoise));
        Assert.Equal((new IPEndPoint(IPAddress.Parse("192.0.2.1"), 4000), new IPEndPoint(IPAddress.Parse("192.0.2.1"), 4001)), (offer.Rtp, offer.Rtcp));
        string answer = new PhoneDescriber("203.0.113.7", 20_000, 20_001).Describe(agreement);
        Assert.Contains("c=IN IP4 203.0.113.7\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("m=audio 20000 RTP/AVP 0 13 101\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("m=video 0 RTP/AVP 31\r\n", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("a=rtcp", answer, StringComparison.Ordinal);
    }

    [Fact]
    public void Answer_to_an_offer_of_ours_is_understood_with_its_own_numbers()
    {
        PhoneOffer offer = PhoneOffer.Of(s_formats, MediaDirection.SendReceive, protects: false);
        string text = new PhoneDescriber("203.0.113.7", 20_000, 20_001).Describe(offer);
        Assert.Contains("m=audio 20000 RTP/AVP 96 9 0 8 13 101 102\r\n", text, StringComparison.Ordinal);
        PhoneAgreement agreement = PhoneAgreement.Complete(PhoneMedia.Parse(Offer("RTP/AVP", "111 110", "a=rtpmap:111 opus/48000/2", "a=rtpmap:110 telephone-event/48000")), offer);
        Assert.Equal([111, 96, 110, 102], [agreement.SendType, agreement.ReceiveType, agreement.SendEvent!.PayloadType, agreement.ReceiveEvent!.Value]);
        Assert.Throws<SdpException>(() => PhoneAgreement.Complete(PhoneMedia.Parse(Offer("RTP/AVP", "18")), offer));
        Assert.Throws<SdpException>(() => PhoneAgreement.Complete(PhoneMedia.Parse(Offer("RTP/SAVP", "0", "a=crypto:" + Key)), offer));
    }

    [Theory]
    [InlineData("a=sendonly", MediaDirection.ReceiveOnly)]
    [InlineData("a=inactive", MediaDirection.Inactive)]
    [InlineData("a=recvonly", MediaDirection.SendOnly)]
    [InlineData("c=IN IP4 0.0.0.0", MediaDirection.ReceiveOnly)]
    [InlineData("a=ptime:30", MediaDirection.SendReceive)]
    public void Hold_is_known_in_all_its_ways(string line, MediaDirection expected) =>
        Assert.Equal(expected, PhoneAgreement.Answer(PhoneMedia.Parse(Offer("RTP/AVP", "0", line)), s_formats, MediaDirection.SendReceive, mayProtect: true).Direction);

    [Fact]
    public void Protection_is_answered_with_a_key_of_ours_that_goes_on_where_theirs_does()
    {
        PhoneMedia offer = PhoneMedia.Parse(Offer("RTP/SAVP", "0", "a=crypto:9 F8_128_HMAC_SHA1_80 inline:xx", "a=crypto:" + Key));
        PhoneAgreement first = PhoneAgreement.Answer(offer, s_formats, MediaDirection.SendReceive, mayProtect: true);
        string answer = new PhoneDescriber("203.0.113.7", 20_000, 20_001).Describe(first);
        Assert.Contains("m=audio 20000 RTP/SAVP 0", answer, StringComparison.Ordinal);
        Assert.Contains("a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:", answer, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, answer, StringComparison.Ordinal);
        Assert.Same(first.LocalKey, PhoneAgreement.Answer(offer, s_formats, MediaDirection.SendReceive, mayProtect: true, first).LocalKey);
        Assert.Throws<SdpException>(() => PhoneAgreement.Answer(offer, s_formats, MediaDirection.SendReceive, mayProtect: false));
        Assert.Throws<SdpException>(() => PhoneAgreement.Answer(PhoneMedia.Parse(Offer("RTP/SAVP", "0")), s_formats, MediaDirection.SendReceive, mayProtect: true));
    }

    [Theory]
    [InlineData(Key, true)]
    [InlineData(Key + "|2^20 WSH=64", true)]
    [InlineData(Key + "|2^20|1:4", false)]
    [InlineData(Key + " UNENCRYPTED_SRTP", false)]
    [InlineData("1 AES_CM_128_HMAC_SHA1_80 inline:WVNf", false)]
    [InlineData("1 AES_CM_128_HMAC_SHA1_32 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz", false)]
    [InlineData("x AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz", false)]
    [InlineData("1 AES_CM_128_HMAC_SHA1_80", false)]
    public void Key_is_read_or_refused(string value, bool isKey)
    {
        Assert.Equal(isKey, SdesKey.TryParse(value, out SdesKey? key));
        if (key is not null) Assert.Equal(Key, key.Describe());
    }

    [Theory]
    [InlineData("v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\n")]
    [InlineData("v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n")]
    [InlineData("v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 example.com\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n")]
    [InlineData("v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 0 RTP/AVP 0\r\n")]
    [InlineData("v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 UDP/TLS/RTP/SAVPF 0\r\n")]
    public void Description_without_sound_over_plain_rtp_is_refused(string sdp) => Assert.Throws<SdpException>(() => PhoneMedia.Parse(sdp));

    [Fact]
    public void Damaged_descriptions_are_read_or_refused()
    {
        string good = Offer("RTP/SAVP", "8 0 13 101", "a=rtpmap:101 telephone-event/8000", "a=crypto:" + Key, "a=rtcp:4005 IN IP4 192.0.2.9", "a=rtcp-mux");
        new Mutator(17, Encoding.UTF8.GetBytes(good)).Run(
            static input =>
            {
                try
                {
                    PhoneAgreement.Answer(PhoneMedia.Parse(Encoding.UTF8.GetString(input.Span)), s_formats, MediaDirection.SendReceive, mayProtect: true);
                }
                catch (SdpException)
                {
                    // Refused.
                }
            },
            1 << 20);
    }

    internal static string Offer(string protocol, string types, params string[] lines) =>
        $"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 {protocol} {types}\r\n{string.Concat(lines.Select(static line => line + "\r\n"))}";
}
