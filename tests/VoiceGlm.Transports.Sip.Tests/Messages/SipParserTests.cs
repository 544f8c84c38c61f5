using System.Text;

namespace VoiceGlm.Transports.Sip.Tests;

public sealed class SipParserTests
{
    [Fact]
    public void Request_is_read_with_all_its_parts()
    {
        SipRequest request = Texts.Request(Texts.Invite);
        Assert.Equal(("INVITE", "sip:bob@office.example.net"), (request.Method, request.Uri.ToString()));
        Assert.Equal(("UDP", "192.0.2.1", 5060, "z9hG4bKmorning1"), (request.Via.Transport, request.Via.Host, request.Via.Port, request.Via.Branch));
        Assert.True(request.Via.Parameters.Has("rport"));
        Assert.Equal(("Alice", "k2-caller-7"), (request.From.DisplayName, request.From.Tag));
        Assert.Equal(("Bob", null), (request.To.DisplayName, request.To.Tag));
        Assert.Equal(new SipCSeq(1, "INVITE"), request.CSeq);
        Assert.Equal(["100rel", "timer"], request.Headers.List("Supported"));
        Assert.Equal(("application/sdp", "v=0\r\n"), (request.ContentType, request.Text));
    }

    [Fact]
    public void Message_is_written_as_it_was_read()
    {
        byte[] once = Texts.Request(Texts.Invite).ToBytes();
        SipMessage? again = SipParser.Parse(once, isStream: true, out SipProblem? problem);
        Assert.Null(problem);
        Assert.Equal(once, again!.ToBytes());
    }

    [Fact]
    public void Compact_names_folded_lines_and_several_values_in_one_are_understood()
    {
        SipRequest request = Texts.Request("""
            OPTIONS sip:a@example.com SIP/2.0
            v: SIP/2.0/TCP one.example.com;branch=z9hG4bK1, SIP/2.0/UDP two.example.com
             ;branch=z9hG4bK2
            f: <sip:b@example.com>;
             tag=1
            t: sip:a@example.com
            i: 1@example.com
            CSeq: 7 OPTIONS
            k: timer,
             replaces
            k: norefersub

            """);
        Assert.Equal(2, request.Headers.List("Via").Count());
        Assert.Equal("z9hG4bK1", request.Via.Branch);
        Assert.Equal("1", request.From.Tag);
        Assert.Equal(["timer", "replaces", "norefersub"], request.Headers.List("supported"));
    }

    [Theory]
    [InlineData("Via")]
    [InlineData("From")]
    [InlineData("To")]
    [InlineData("Call-ID")]
    [InlineData("CSeq")]
    public void Request_without_a_header_that_every_one_needs_is_refused_by_its_name(string name)
    {
        string text = string.Join('\n', Texts.Invite.Split('\n').Where(line => !line.StartsWith(name + ":", StringComparison.Ordinal)));
        SipMessage? message = Texts.Parse(text, out SipProblem? problem);
        Assert.Equal(400, problem!.Status);
        Assert.Contains(name, problem.Sentence, StringComparison.Ordinal);
        // Without a Via nobody can be answered.
        Assert.Equal(name != "Via", message is not null);
    }

    [Theory]
    [InlineData("CSeq: 1 INVITE", "CSeq: 2147483648 INVITE")]
    [InlineData("CSeq: 1 INVITE", "CSeq: 1 BYE")]
    [InlineData("CSeq: 1 INVITE", "CSeq: INVITE")]
    [InlineData("Max-Forwards: 70", "Max-Forwards: 256")]
    [InlineData("Max-Forwards: 70", "Max-Forwards: seven")]
    [InlineData("Content-Length: 5", "Content-Length: 6")]
    [InlineData("Content-Length: 5", "Content-Length: -1")]
    [InlineData("Supported: 100rel, timer", "Supported 100rel")]
    [InlineData("Supported: 100rel, timer", "To: <sip:c@example.com>")]
    [InlineData("\"Alice\" <sip:alice@home.example.org>", "\"Alice <sip:alice@home.example.org>")]
    [InlineData("\"Alice\" <sip:alice@home.example.org>", "<sip:alice@home.example.org")]
    [InlineData("\"Alice\" <sip:alice@home.example.org>", "<sip:@home.example.org>")]
    [InlineData("\"Alice\" <sip:alice@home.example.org>", "<sip:alice@home.example.org:0>")]
    [InlineData("\"Alice\" <sip:alice@home.example.org>", "<sip:%4@home.example.org>")]
    [InlineData("INVITE sip:bob@office.example.net SIP/2.0", "INVITE sip:bob@[::1 SIP/2.0")]
    public void Request_that_is_malformed_is_refused_and_can_be_answered(string found, string instead)
    {
        SipMessage? message = Texts.Parse(Texts.Invite.Replace(found, instead, StringComparison.Ordinal), out SipProblem? problem);
        Assert.Equal(400, problem!.Status);
        SipResponse response = SipResponse.Of(Assert.IsType<SipRequest>(message), problem.Status);
        Assert.NotEmpty(response.ToBytes());
    }

    [Fact]
    public void Ack_that_is_malformed_is_answered_by_nobody()
    {
        Assert.Null(Texts.Parse(Texts.Invite.Replace("INVITE", "ACK", StringComparison.Ordinal).Replace("Max-Forwards: 70", "Max-Forwards: x", StringComparison.Ordinal), out SipProblem? problem));
        Assert.NotNull(problem);
    }

    [Fact]
    public void Message_of_a_stream_needs_its_length()
    {
        Assert.NotNull(Texts.Parse(Texts.Invite.Replace("Content-Length: 5\n", "", StringComparison.Ordinal), out SipProblem? problem, isStream: true));
        Assert.Equal(400, problem!.Status);
    }

    [Fact]
    public void Message_with_more_lines_or_bytes_than_may_be_is_refused()
    {
        string lines = string.Concat(Enumerable.Repeat("X: 1\n", SipParser.MaximumHeaders));
        Assert.NotNull(Texts.Parse(Texts.Invite.Replace("Max-Forwards", lines + "Max-Forwards", StringComparison.Ordinal), out SipProblem? problem));
        Assert.Equal(513, problem!.Status);
        Assert.Null(SipParser.Parse(new byte[SipParser.LargestMessage + 1], isStream: false, out problem));
        Assert.NotNull(problem);
    }

    [Fact]
    public void Value_with_a_line_end_becomes_no_header_of_its_own()
    {
        var headers = new SipHeaders();
        Assert.Throws<ArgumentException>(() => headers.Add("Subject", "a\r\nX: b"));
        Assert.Throws<ArgumentException>(() => headers["Subject"] = "a\nX: b");
    }

    [Fact]
    public void Answer_repeats_what_the_request_is_known_by_and_gets_a_tag()
    {
        SipResponse response = SipResponse.Of(Texts.Request(Texts.Invite), 486);
        string text = Encoding.UTF8.GetString(response.ToBytes());
        Assert.StartsWith("SIP/2.0 486 Busy Here\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKmorning1;rport\r\n", text, StringComparison.Ordinal);
        Assert.EndsWith("Content-Length: 0\r\n\r\n", text, StringComparison.Ordinal);
        Assert.NotNull(response.To.Tag);
        Assert.Equal(response.To.Tag, SipResponse.Of(Texts.Request(Texts.Invite), 486, response.To.Tag).To.Tag);
    }
}
