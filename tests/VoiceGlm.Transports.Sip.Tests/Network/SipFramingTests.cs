using System.Text;

namespace VoiceGlm.Transports.Sip.Tests;

public sealed class SipFramingTests
{
    private static readonly byte[] s_messages = [.. Texts.Bytes(Texts.Invite), .. "\r\n\r\n"u8, .. Texts.Bytes(Texts.Invite.Replace("Content-Length: 5", "l : 5", StringComparison.Ordinal)), .. "\r\n"u8, .. Texts.Bytes(Texts.Invite)];

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100_000)]
    public void Stream_cut_anyhow_becomes_the_same_messages(int piece)
    {
        var framing = new SipFraming();
        List<string> found = [];
        for (int start = 0; start < s_messages.Length;)
        {
            Memory<byte> room = framing.Reserve();
            int count = Math.Min(piece, Math.Min(room.Length, s_messages.Length - start));
            s_messages.AsSpan(start, count).CopyTo(room.Span);
            framing.Commit(count);
            start += count;
            while (framing.TryTake(out ReadOnlySpan<byte> message)) found.Add(Encoding.UTF8.GetString(message));
        }

        Assert.Equal(4, found.Count);
        Assert.Equal("", found[1]);
        Assert.Equal(Encoding.UTF8.GetString(Texts.Bytes(Texts.Invite)), found[3]);
        Assert.False(framing.IsWaiting);
    }

    [Theory]
    [InlineData("OPTIONS sip:a SIP/2.0\r\n\r\n")]
    [InlineData("OPTIONS sip:a SIP/2.0\r\nContent-Length: x\r\n\r\n")]
    [InlineData("OPTIONS sip:a SIP/2.0\r\nContent-Length: -1\r\n\r\n")]
    [InlineData("OPTIONS sip:a SIP/2.0\r\nContent-Length: 70000\r\n\r\n")]
    public void Stream_that_does_not_say_where_a_message_ends_cannot_go_on(string text) => Assert.Throws<FormatException>(() => Take(text));

    [Fact]
    public void Head_without_an_end_is_not_waited_for() => Assert.Throws<FormatException>(() => Take(new string('a', 17 * 1024)));

    private static bool Take(string text)
    {
        var framing = new SipFraming();
        ReadOnlySpan<byte> rest = Encoding.UTF8.GetBytes(text);
        while (!rest.IsEmpty)
        {
            Span<byte> room = framing.Reserve().Span;
            int count = Math.Min(room.Length, rest.Length);
            rest[..count].CopyTo(room);
            framing.Commit(count);
            rest = rest[count..];
        }

        return framing.TryTake(out _);
    }
}
