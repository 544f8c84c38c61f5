namespace VoiceGlm.Transports.Sip.Tests;

/// <summary>RFC 3261 §17.2, second by second.</summary>
public sealed class SipServerTransactionTests
{
    private static readonly string s_options = Texts.Invite.Replace("INVITE", "OPTIONS", StringComparison.Ordinal);
    private static readonly string s_ack = Texts.Invite.Replace("INVITE", "ACK", StringComparison.Ordinal);
    private static readonly string s_cancel = Texts.Invite.Replace("INVITE", "CANCEL", StringComparison.Ordinal);

    [Fact]
    public async Task Request_that_comes_again_is_answered_as_before_and_taken_once()
    {
        await using var signalling = new Signalling();
        signalling.Receive(s_options);
        signalling.Receive(s_options);
        Assert.Empty(signalling.Flow.Sent);
        Assert.Single(signalling.Taken).Respond(200);
        signalling.Receive(s_options);
        Assert.Equal(2, signalling.Flow.Sent.Count);
        Assert.Equal(signalling.Flow.Sent[0], signalling.Flow.Sent[1]);
        signalling.Advance(32);
        Assert.Equal(0, signalling.Transactions.ServerCount);
    }

    [Fact]
    public async Task Refusal_of_an_invite_is_sent_until_it_is_acknowledged()
    {
        await using var signalling = new Signalling();
        signalling.Receive(Texts.Invite);
        signalling.Taken[0].Respond(486);
        signalling.Advance(0.5);
        signalling.Advance(1);
        Assert.Equal(3, signalling.Flow.Sent.Count);
        signalling.Receive(s_ack);
        signalling.Advance(4);
        Assert.Equal(3, signalling.Flow.Sent.Count);
        Assert.Empty(signalling.Acks);
        signalling.Advance(1);
        Assert.Equal(0, signalling.Transactions.ServerCount);
    }

    [Fact]
    public async Task Refusal_that_nobody_acknowledges_is_given_up()
    {
        await using var signalling = new Signalling();
        signalling.Receive(Texts.Invite);
        signalling.Taken[0].Respond(603);
        for (int i = 0; i < 64; i++) signalling.Advance(0.5);
        Assert.Equal(11, signalling.Flow.Sent.Count);
        Assert.Equal(0, signalling.Transactions.ServerCount);
    }

    [Fact]
    public async Task Success_is_sent_once_its_repetition_is_the_calls_and_so_is_its_ack()
    {
        await using var signalling = new Signalling();
        signalling.Receive(Texts.Invite);
        signalling.Taken[0].Respond(200);
        signalling.Receive(Texts.Invite);
        signalling.Advance(10);
        Assert.Single(signalling.Flow.Sent);
        signalling.Receive(s_ack);
        Assert.Single(signalling.Acks);
        Assert.Single(signalling.Taken);
    }

    [Fact]
    public async Task Cancel_reaches_the_invite_until_it_is_answered()
    {
        await using var signalling = new Signalling();
        signalling.Receive(Texts.Invite);
        int cancelled = 0;
        signalling.Taken[0].Cancelled = () => cancelled++;
        signalling.Receive(s_cancel);
        signalling.Receive(s_cancel);
        Assert.Equal(1, cancelled);
        Assert.Equal(["SIP/2.0 200 OK", "SIP/2.0 200 OK"], signalling.Flow.Lines);
        signalling.Taken[0].Respond(200);
        signalling.Advance(33);
        signalling.Receive(s_cancel);
        Assert.Equal(("SIP/2.0 481 Call/Transaction Does Not Exist", 1), (signalling.Flow.Lines.Last(), cancelled));
    }

    [Fact]
    public async Task Request_that_came_two_ways_is_taken_once()
    {
        await using var signalling = new Signalling();
        signalling.Receive(Texts.Invite);
        signalling.Receive(Texts.Invite.Replace("z9hG4bKmorning1", "z9hG4bKother", StringComparison.Ordinal));
        Assert.Single(signalling.Taken);
        Assert.Equal(["SIP/2.0 482 Loop Detected"], signalling.Flow.Lines);
    }

    [Fact]
    public async Task Element_older_than_branches_is_understood()
    {
        await using var signalling = new Signalling();
        string invite = Texts.Invite.Replace(";branch=z9hG4bKmorning1", "", StringComparison.Ordinal);
        signalling.Receive(invite);
        signalling.Receive(invite);
        Assert.Single(signalling.Taken).Respond(486);
        signalling.Receive(invite.Replace("INVITE", "ACK", StringComparison.Ordinal));
        signalling.Advance(5);
        Assert.Equal(0, signalling.Transactions.ServerCount);
    }

    [Fact]
    public async Task Answer_says_where_the_request_came_from()
    {
        await using var signalling = new Signalling();
        signalling.Receive(s_options.Replace("192.0.2.1:5060;", "10.0.0.1:6000;", StringComparison.Ordinal));
        signalling.Taken[0].Respond(200);
        Assert.Contains("Via: SIP/2.0/UDP 10.0.0.1:6000;branch=z9hG4bKmorning1;rport=5060;received=192.0.2.1\r\n", signalling.Flow.Sent[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stranger_gets_no_answer_neither_to_good_nor_to_bad_messages()
    {
        await using var signalling = new Signalling { IsAdmitting = false };
        signalling.Receive(s_options);
        signalling.Receive(s_options.Replace("Max-Forwards: 70", "Max-Forwards: x", StringComparison.Ordinal));
        Assert.Empty(signalling.Flow.Sent);
        Assert.Equal(0, signalling.Transactions.ServerCount);
        signalling.IsAdmitting = true;
        signalling.Receive(s_options.Replace("Max-Forwards: 70", "Max-Forwards: x", StringComparison.Ordinal));
        Assert.Equal(["SIP/2.0 400 Bad Request"], signalling.Flow.Lines);
    }

    [Fact]
    public async Task Flood_costs_bounded_memory()
    {
        await using var signalling = new Signalling();
        for (int i = 0; i < 5_000; i++)
            signalling.Receive(s_options.Replace("z9hG4bKmorning1", $"z9hG4bK{i}", StringComparison.Ordinal).Replace("call-20-of-may", $"{i}", StringComparison.Ordinal));
        Assert.Equal(4_096, signalling.Transactions.ServerCount);
        Assert.Equal(5_000 - 4_096, signalling.Flow.Lines.Count(static line => line == "SIP/2.0 503 Service Unavailable"));
        Assert.Contains("Retry-After: 10", signalling.Flow.Sent[0], StringComparison.Ordinal);
    }
}
