namespace VoiceGlm.Transports.Sip.Tests;

/// <summary>Calls that the service places, by a clock that is set.</summary>
public sealed class OutgoingCallTests
{
    private static readonly string s_answer = Line.Sdp;

    [Fact]
    public async Task Call_that_is_answered_is_acknowledged_each_time_that_the_answer_comes()
    {
        await using var line = new Line();
        SipCall call = Place(line);
        line.Answer(100);
        line.Answer(180);
        SipRequest invite = line.LastRequest;
        line.Answer(200, s_answer);
        Assert.True(call.Answered.IsCompletedSuccessfully);
        Assert.Equal((SipMethods.Ack, invite.CSeq.Number), (line.LastRequest.Method, line.LastRequest.CSeq.Number));
        Assert.NotEqual(invite.Via.Branch, line.LastRequest.Via.Branch);
        SipResponse again = SipResponse.Of(invite, 200, "far");
        again.Headers.Add("Contact", "<sip:alice@192.0.2.1>");
        line.Receive(again);
        Assert.Equal(2, line.Sent.OfType<SipRequest>().Count(static request => request.Method == SipMethods.Ack));
        Assert.Single(line.Confirmed);
    }

    [Fact]
    public async Task Second_telephone_that_answers_is_told_that_it_is_too_late()
    {
        await using var line = new Line();
        SipCall call = Place(line);
        SipRequest invite = line.LastRequest;
        line.Answer(200, s_answer);
        SipResponse second = SipResponse.Of(invite, 200, "other");
        second.Headers.Add("Contact", "<sip:bob@192.0.2.1>");
        line.Receive(second);
        Assert.Equal([SipMethods.Ack, SipMethods.Bye], line.Sent.OfType<SipRequest>().TakeLast(2).Select(static request => request.Method));
        Assert.Equal(("other", invite.CallId, "sip:bob@192.0.2.1"), (line.LastRequest.To.Tag, line.LastRequest.CallId, line.LastRequest.Uri.ToString()));
        Assert.False(call.Ended.IsCompleted);
    }

    [Fact]
    public async Task Challenge_is_met_once()
    {
        await using var line = new Line();
        SipCall call = Place(line);
        line.Answer(407, null, "Proxy-Authenticate: Digest realm=\"pbx\", nonce=\"1\", qop=\"auth\"");
        Assert.Equal(SipMethods.Invite, line.LastRequest.Method);
        Assert.Contains("username=\"bot\"", line.LastRequest.Headers["Proxy-Authorization"], StringComparison.Ordinal);
        line.Answer(407, null, "Proxy-Authenticate: Digest realm=\"pbx\", nonce=\"2\", qop=\"auth\"");
        Assert.Contains("407", (await Assert.ThrowsAsync<SipCallException>(() => call.Answered)).Message, StringComparison.Ordinal);
        Assert.Equal(0, line.Agent.CallCount);
    }

    [Fact]
    public async Task Side_that_wants_a_longer_interval_gets_it()
    {
        await using var line = new Line(static options => options.SessionInterval = TimeSpan.FromSeconds(90));
        SipCall call = Place(line);
        line.Answer(422, null, "Min-SE: 600");
        Assert.Equal("600;refresher=uac", line.LastRequest.Headers["Session-Expires"]);
        line.Answer(200, s_answer, "Session-Expires: 600;refresher=uac", "Allow: UPDATE");
        line.Advance(300);
        Assert.Equal(SipMethods.Update, line.LastRequest.Method);
        Assert.False(call.Ended.IsCompleted);
    }

    [Fact]
    public async Task Ringing_is_acknowledged_where_the_other_side_wants_it()
    {
        await using var line = new Line();
        Place(line);
        SipRequest invite = line.LastRequest;
        line.Answer(183, s_answer, "Require: 100rel", "RSeq: 7");
        Assert.Equal($"7 {invite.CSeq}", line.LastRequest.Headers["RAck"]);
    }

    [Fact]
    public async Task Call_that_nobody_answers_is_cancelled()
    {
        await using var line = new Line();
        SipCall call = Place(line);
        line.Answer(180);
        SipRequest invite = line.LastRequest;
        line.Advance(60);
        Assert.Equal((SipMethods.Cancel, invite.Via.Branch), (line.LastRequest.Method, line.LastRequest.Via.Branch));
        SipResponse terminated = SipResponse.Of(invite, 487, "far");
        line.Receive(terminated);
        Assert.Equal("Nobody answered.", (await Assert.ThrowsAsync<SipCallException>(() => call.Answered)).Message);
    }

    [Fact]
    public async Task Answer_that_crosses_the_cancel_is_hung_up_on()
    {
        await using var line = new Line();
        SipCall call = Place(line);
        line.Answer(180);
        SipRequest invite = line.LastRequest;
        call.HangUp();
        SipResponse crossing = SipResponse.Of(invite, 200, "far");
        crossing.Headers.Add("Contact", "<sip:alice@192.0.2.1>");
        line.Receive(crossing);
        Assert.Equal([SipMethods.Cancel, SipMethods.Ack, SipMethods.Bye], line.Sent.OfType<SipRequest>().TakeLast(3).Select(static request => request.Method));
        Assert.Empty(line.Confirmed);
        await Assert.ThrowsAsync<SipCallException>(() => call.Answered);
    }

    [Fact]
    public async Task Answer_to_something_that_was_not_offered_ends_the_call()
    {
        await using var line = new Line();
        SipCall call = Place(line);
        line.Answer(200, s_answer.Replace("RTP/AVP 0 101", "RTP/AVP 18", StringComparison.Ordinal));
        await Assert.ThrowsAsync<SipCallException>(() => call.Answered);
        Assert.Equal(SipMethods.Bye, line.LastRequest.Method);
    }

    private static SipCall Place(Line line)
    {
        lock (line.Transactions.Gate)
            return line.Agent.Place(line.Flow, new SipAddress(SipUri.Parse("sip:bot@example.com")), SipUri.Parse("sip:alice@192.0.2.1"), new DigestClient("bot", "secret"));
    }
}
