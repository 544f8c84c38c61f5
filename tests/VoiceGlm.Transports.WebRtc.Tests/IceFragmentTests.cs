using System.Text;
using VoiceGlm.Rtc;
using VoiceGlm.Testing;

namespace VoiceGlm.Transports.WebRtc.Tests;

/// <summary>What a client says of the way to it.</summary>
public sealed class IceFragmentTests
{
    private const string Fragment = "a=ice-ufrag:another1\r\na=ice-pwd:another123456789abcdefghi\r\nm=audio 9 RTP/AVP 0\r\na=mid:0\r\na=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\na=end-of-candidates\r\n";

    [Fact]
    public void Damaged_fragments_begin_anew_or_tell_candidates()
    {
        int restarts = 0, read = 0;
        new Mutator(10, Encoding.UTF8.GetBytes(Fragment)).Run(
            input =>
            {
                string fragment = Encoding.UTF8.GetString(input.Span);
                if (IceFragment.Of(fragment).Length > fragment.Length + 64) Assert.Fail("The fragment grew.");
                if (IceFragment.Restart(SignallingTests.Offer, fragment) is not { } offer) return;
                restarts++;
                try
                {
                    AudioOffer again = AudioOffer.Parse(offer);
                    read++;
                    if (again.IceUfrag == AudioOffer.Parse(SignallingTests.Offer).IceUfrag) Assert.Fail("An offer with the credentials of before begins nothing.");
                }
                catch (SdpException)
                {
                }
            },
            maximumBytes: 256 * 1024);
        Assert.InRange(read, Mutator.Count / 100, restarts);
        Assert.InRange(restarts, read, Mutator.Count);
    }
}
