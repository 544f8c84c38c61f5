using System.Text;
using VoiceGlm.Testing;

namespace VoiceGlm.Rtc.Tests;

public sealed class SessionDescriptionTests
{
    [Theory]
    [InlineData(Offers.Chromium)]
    [InlineData(Offers.Firefox)]
    public void Description_written_and_read_again_is_the_same(string offer)
    {
        string once = SessionDescription.Parse(offer).ToString();
        Assert.Equal(once, SessionDescription.Parse(once).ToString());
        Assert.All(once.Split('\n')[..^1], static line => Assert.EndsWith("\r", line, StringComparison.Ordinal));
    }

    [Fact]
    public void Description_keeps_every_section_and_attribute()
    {
        SessionDescription session = SessionDescription.Parse(Offers.Chromium);
        Assert.Equal(["video", "audio", "application"], session.Media.Select(static media => media.Kind));
        Assert.Equal("BUNDLE 0 1 2", session["group"]);
        Assert.Equal(2UL, session.SessionVersion);
        Assert.Equal(["111", "63", "9", "0", "8", "13", "110", "126"], session.Media[1].Formats);
        Assert.Equal(8, session.Media[1].All("rtpmap").Count());
        Assert.True(session.Media[1].Has("rtcp-mux"));
        Assert.Null(session.Media[1]["rtcp-mux"]);
    }

    [Theory]
    [InlineData("", "Expected the lines 'v=', 'o=' and 's=', found the end.")]
    [InlineData("v=1", "Line 1: expected 'v=0', once, found 'v=1'.")]
    [InlineData("o=- 1 1 IN IP4 0.0.0.0", "Line 1: expected 'v=0', found 'o=- 1 1 IN IP4 0.0.0.0'.")]
    [InlineData("v=0\nm=audio 9 RTP/AVP 0", "Line 2: expected 'o=' and 's=' after 'v=0', found 'm=audio 9 RTP/AVP 0'.")]
    [InlineData("v=0\no=- 1 IN IP4 0.0.0.0", "Line 2: expected six words, found 'o=- 1 IN IP4 0.0.0.0'.")]
    [InlineData("v=0\no=- 1 x IN IP4 0.0.0.0", "Line 2: expected a session and its version as a number, found 'o=- 1 x IN IP4 0.0.0.0'.")]
    [InlineData("v=0\no=- 1 1 IN IP4 0.0.0.0\ns=-\nm=audio 70000 RTP/AVP 0", "Line 4: expected a port from 0 to 65535, found 'm=audio 70000 RTP/AVP 0'.")]
    [InlineData("v=0\no=- 1 1 IN IP4 0.0.0.0\ns=-\na=:x", "Line 4: expected an attribute's name, found 'a=:x'.")]
    [InlineData("v=0\no=- 1 1 IN IP4 0.0.0.0\ns=-\nhello", "Line 4: expected a letter and '=', found 'hello'.")]
    [InlineData("v=0\no=- 1 1 IN IP4 0.0.0.0\ns=-\na=x\0y", "Line 4 has a control character.")]
    public void Description_that_is_none_is_refused_with_its_line(string text, string message) =>
        Assert.Equal(message, Assert.Throws<SdpException>(() => SessionDescription.Parse(text)).Message);

    [Fact]
    public void Description_without_end_is_refused()
    {
        string many = "v=0\no=- 1 1 IN IP4 0.0.0.0\ns=-\n" + string.Concat(Enumerable.Repeat("a=x\n", 3000));
        Assert.Contains("at most 2048 attributes", Assert.Throws<SdpException>(() => SessionDescription.Parse(many)).Message, StringComparison.Ordinal);
        Assert.Contains("characters", Assert.Throws<SdpException>(() => SessionDescription.Parse(new string('x', 200_000))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_offers_are_read_or_refused_and_nothing_else()
    {
        int read = 0, agreed = 0;
        byte[][] seeds = [Encoding.UTF8.GetBytes(Offers.Firefox), Encoding.UTF8.GetBytes(Offers.Chromium[Offers.Chromium.IndexOf("m=audio", StringComparison.Ordinal)..]
            .Insert(0, "v=0\no=- 1 1 IN IP4 0.0.0.0\ns=-\n"))];
        new Mutator(1, seeds).Run(
            input =>
            {
                try
                {
                    SessionDescription session = SessionDescription.Parse(Encoding.Latin1.GetString(input.Span));
                    read++;
                    AudioAnswer answer = AudioAnswer.Agree(AudioOffer.From(session), [AudioFormat.Opus, AudioFormat.G722, AudioFormat.Pcmu]);
                    agreed++;
                    Assert.InRange(answer.Audio.PayloadType, 0, 127);
                }
                catch (SdpException)
                {
                }
            },
            maximumBytes: 256 * 1024);
        Assert.InRange(read, Mutator.Count / 100, Mutator.Count);
        Assert.InRange(agreed, 1, read);
    }
}
