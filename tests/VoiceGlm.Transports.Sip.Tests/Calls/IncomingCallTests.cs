namespace VoiceGlm.Transports.Sip.Tests;

/// <summary>Calls that the other side places, and what changes in them, by a clock that is set.</summary>
public sealed class IncomingCallTests
{
    [Fact]
    public async Task Call_rings_is_answered_and_begins_with_the_ack()
    {
        await using var line = new Line();
        line.Receive(line.Request("INVITE", 1));
        Assert.Equal([100, 180, 200], line.Statuses("INVITE"));
        Assert.Empty(line.Confirmed);
        Assert.Contains("m=audio", line.LastResponse.Text, StringComparison.Ordinal);
        Assert.Contains("UPDATE", line.LastResponse.Headers["Allow"], StringComparison.Ordinal);
        line.Acknowledge(1);
        Assert.NotNull(Assert.Single(line.Confirmed).Connection);
    }

    [Fact]
    public async Task Answer_is_sent_until_the_ack_and_the_call_is_given_up_after_32_seconds()
    {
        await using var line = new Line();
        line.Receive(line.Request("INVITE", 1));
        double[] times = [0.5, 1, 2, 4, 4, 4, 4, 4, 4, 4];
        foreach (double time in times) line.Advance(time);
        Assert.Equal(11, line.Statuses("INVITE").Count(static status => status == 200));
        line.Advance(0.5);
        Assert.Equal(SipMethods.Bye, line.LastRequest.Method);
        Assert.Equal(0, line.Agent.CallCount);
    }

    [Fact]
    public async Task Cancel_ends_a_call_that_rings_and_no_call_that_is_answered()
    {
        await using var line = new Line(static options => options.RingFor = TimeSpan.FromSeconds(5));
        line.Receive(line.Request("INVITE", 1));
        line.Receive(line.Request("CANCEL", 1, body: null));
        Assert.Equal([100, 180, 487], line.Statuses("INVITE"));
        Assert.Equal([200], line.Statuses("CANCEL"));
        Assert.Equal(0, line.Agent.CallCount);

        await using var answered = new Line();
        answered.Receive(answered.Request("INVITE", 1));
        answered.Receive(answered.Request("CANCEL", 1, body: null));
        Assert.Equal([100, 180, 200], answered.Statuses("INVITE"));
        Assert.Equal(1, answered.Agent.CallCount);
    }

    [Fact]
    public async Task Bye_ends_a_call_in_every_phase()
    {
        await using var line = new Line(static options => options.RingFor = TimeSpan.FromSeconds(5));
        line.Receive(line.Request("INVITE", 1));
        line.Receive(line.Request("BYE", 2, line.LastResponse.To.Tag, body: null));
        Assert.Equal([100, 180, 487], line.Statuses("INVITE"));
        Assert.Equal(0, line.Agent.CallCount);

        await using var there = new Line();
        SipCall call = there.Call();
        there.Receive(there.Request("BYE", 2, call.Dialog.Local.Tag, body: null));
        Assert.Equal("The other side hung up.", await call.Ended);
        there.Receive(there.Request("BYE", 3, call.Dialog.Local.Tag, body: null));
        Assert.Equal([200, 481], there.Statuses("BYE"));
    }

    [Fact]
    public async Task Ringing_that_has_to_be_acknowledged_is_sent_until_it_is_and_the_answer_waits()
    {
        await using var line = new Line();
        line.Receive(line.Request("INVITE", 1, headers: "Require: 100rel"));
        line.Advance(0.5);
        line.Advance(1);
        Assert.Equal([100, 180, 180, 180], line.Statuses("INVITE"));
        string tag = line.LastResponse.To.Tag!, number = line.LastResponse.Headers["RSeq"]!;
        line.Receive(line.Request("PRACK", 2, tag, null, "RAck: 1 1 INVITE"));
        line.Receive(line.Request("PRACK", 3, tag, null, $"RAck: {number} 1 INVITE"));
        Assert.Equal([481, 200], line.Statuses("PRACK"));
        Assert.Equal(200, line.Statuses("INVITE").Last());
    }

    [Fact]
    public async Task Ringing_that_is_never_acknowledged_ends_the_call()
    {
        await using var line = new Line();
        line.Receive(line.Request("INVITE", 1, headers: "Require: 100rel"));
        for (int i = 0; i < 64; i++) line.Advance(0.5);
        Assert.Equal((504, 0), (line.LastResponse.Status, line.Agent.CallCount));
    }

    [Theory]
    [InlineData("Require: nothingSupportsThis", 420)]
    [InlineData("Replaces: nobody;to-tag=1;from-tag=2", 481)]
    [InlineData("Session-Expires: 60", 422)]
    public async Task Call_that_asks_for_what_cannot_be_is_refused(string header, int status)
    {
        await using var line = new Line();
        line.Receive(line.Request("INVITE", 1, null, Line.Sdp, header, "Supported: timer"));
        Assert.Equal((status, 0), (line.LastResponse.Status, line.Agent.CallCount));
    }

    [Theory]
    [InlineData("v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 18\r\n")]
    [InlineData("rubbish")]
    public async Task Offer_that_cannot_be_met_is_refused_with_a_sentence(string sdp)
    {
        await using var line = new Line();
        line.Receive(line.Request("INVITE", 1, body: sdp));
        Assert.Equal((488, 0), (line.LastResponse.Status, line.Agent.CallCount));
        Assert.Contains("expected", line.LastResponse.Headers["Warning"], StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Caller_with_as_many_calls_as_may_be_hears_that_the_line_is_busy()
    {
        await using var line = new Line(static options => options.MaximumCallsPerCaller = 1);
        line.Call();
        SipRequest second = line.Request("INVITE", 1);
        second.Headers["Call-ID"] = "two";
        line.Receive(second);
        Assert.Equal(486, line.LastResponse.Status);
    }

    [Fact]
    public async Task Hold_is_answered_and_a_refused_change_leaves_what_was()
    {
        await using var line = new Line();
        SipCall call = line.Call();
        line.Receive(line.Request("INVITE", 2, call.Dialog.Local.Tag, Line.Sdp + "a=sendonly\r\n"));
        Assert.Contains("a=recvonly", line.LastResponse.Text, StringComparison.Ordinal);
        Assert.True(call.IsHeld);
        // While the answer is not acknowledged the next has to wait.
        line.Receive(line.Request("INVITE", 3, call.Dialog.Local.Tag));
        Assert.Equal(500, line.LastResponse.Status);
        line.Receive(line.Request("ACK", 2, call.Dialog.Local.Tag, body: null));
        line.Receive(line.Request("UPDATE", 4, call.Dialog.Local.Tag, "rubbish"));
        Assert.Equal(488, line.LastResponse.Status);
        Assert.True(call.IsHeld);
        line.Receive(line.Request("UPDATE", 5, call.Dialog.Local.Tag));
        Assert.Equal(200, line.LastResponse.Status);
        Assert.False(call.IsHeld);
        line.Receive(line.Request("UPDATE", 4, call.Dialog.Local.Tag));
        Assert.Equal(500, line.LastResponse.Status);
    }

    [Fact]
    public async Task Signs_of_life_are_given_for_twenty_minutes_and_the_call_ends_without_an_answer()
    {
        await using var line = new Line();
        SipCall call = line.Call("Supported: timer", "Session-Expires: 120;refresher=uas", "Allow: INVITE, UPDATE");
        Assert.Contains("120;refresher=uas", line.Sent.OfType<SipResponse>().Last(static response => response.Status == 200).Headers["Session-Expires"], StringComparison.Ordinal);
        for (int minute = 0; minute < 20; minute++)
        {
            int before = line.Flow.Sent.Count;
            line.Advance(60);
            Assert.Equal((before + 1, SipMethods.Update), (line.Flow.Sent.Count, line.LastRequest.Method));
            line.Answer(200, null, "Session-Expires: 120;refresher=uac");
        }

        Assert.False(call.Ended.IsCompleted);
        line.Advance(60);
        line.Advance(32);
        Assert.Equal(SipMethods.Bye, line.LastRequest.Method);
        Assert.Contains("408", await call.Ended, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_whose_other_side_owes_a_sign_of_life_ends_shortly_before_the_interval()
    {
        await using var line = new Line();
        SipCall call = line.Call("Supported: timer", "Session-Expires: 120;refresher=uac");
        line.Advance(87);
        Assert.False(call.Ended.IsCompleted);
        line.Receive(line.Request("UPDATE", 2, call.Dialog.Local.Tag, null, "Supported: timer", "Session-Expires: 120;refresher=uac"));
        line.Advance(87);
        Assert.False(call.Ended.IsCompleted);
        line.Advance(2);
        Assert.Equal("The other side gave no sign any more.", await call.Ended);
    }

    [Fact]
    public async Task Telephone_whose_sound_stops_is_hung_up_on()
    {
        await using var line = new Line(static options => options.MediaTimeout = TimeSpan.FromSeconds(30));
        SipCall call = line.Call();
        for (int i = 0; i < 29; i++) line.Advance(1);
        Assert.False(call.Ended.IsCompleted);
        line.Advance(1);
        line.Advance(1);
        Assert.Equal("No sound came any more.", await call.Ended);
    }

    [Fact]
    public async Task Keys_come_by_info_and_other_infos_are_refused()
    {
        await using var line = new Line();
        SipCall call = line.Call();
        SipRequest info = line.Request("INFO", 2, call.Dialog.Local.Tag, null);
        info.SetBody("application/dtmf-relay", "Signal=5\r\nDuration=160\r\n");
        line.Receive(info);
        SipRequest end = line.Request("INFO", 3, call.Dialog.Local.Tag, null);
        end.SetBody("application/dtmf", "#");
        line.Receive(end);
        SipRequest other = line.Request("INFO", 4, call.Dialog.Local.Tag, null);
        other.SetBody("application/media_control+xml", "<x/>");
        line.Receive(other);
        Assert.Equal([200, 200, 415], line.Statuses("INFO"));
        Assert.True(call.Connection!.Commands.TryRead(out VoiceCommand? command));
        Assert.Equal(new VoiceCommand.SendText("5"), command);
    }

    [Fact]
    public async Task Transfer_tells_how_it_went_and_the_call_goes_on_where_it_failed()
    {
        await using var line = new Line();
        SipCall call = line.Call();
        Task<TransferResult> refused = call.TransferAsync("sip:person@example.com", TestContext.Current.CancellationToken);
        Assert.Equal(("<sip:person@example.com>", SipMethods.Refer), (line.LastRequest.Headers["Refer-To"], line.LastRequest.Method));
        line.Answer(603);
        Assert.Equal((false, 603), (await refused is var result) ? (result.IsDone, result.Status) : default);

        Task<TransferResult> busy = call.TransferAsync("sip:person@example.com", TestContext.Current.CancellationToken);
        line.Answer(202);
        Notify(line, call, 2, "SIP/2.0 100 Trying");
        Notify(line, call, 3, "SIP/2.0 486 Busy Here");
        Assert.Equal(486, (await busy).Status);
        Assert.False(call.Ended.IsCompleted);

        Task<TransferResult> done = call.TransferAsync("sip:person@example.com", TestContext.Current.CancellationToken);
        line.Answer(202);
        Notify(line, call, 4, "SIP/2.0 200 OK");
        Assert.True((await done).IsDone);
        Assert.Equal(SipMethods.Bye, line.LastRequest.Method);
        Assert.Equal([200, 200, 200], line.Statuses("NOTIFY"));
    }

    [Fact]
    public async Task Attended_transfer_names_the_other_call()
    {
        await using var line = new Line();
        SipCall call = line.Call();
        SipRequest second = line.Request("INVITE", 1);
        second.Headers["Call-ID"] = "two@host";
        line.Receive(second);
        SipRequest ack = line.Request("ACK", 1, line.LastResponse.To.Tag, body: null);
        ack.Headers["Call-ID"] = "two@host";
        line.Receive(ack);
        SipCall other = line.Confirmed[1];
        Task<TransferResult> transfer = call.TransferAsync(other, TestContext.Current.CancellationToken);
        Assert.Equal($"<sip:alice@192.0.2.1?Replaces=two%40host%3Bto-tag%3Dfar%3Bfrom-tag%3D{other.Dialog.Local.Tag}>", line.LastRequest.Headers["Refer-To"]);
        line.Answer(202);
        // Many telephones hang up as soon as they go.
        line.Receive(line.Request("BYE", 2, call.Dialog.Local.Tag, body: null));
        Assert.True((await transfer).IsDone);
    }

    [Fact]
    public async Task Telephone_that_takes_a_call_over_replaces_it()
    {
        await using var line = new Line();
        SipCall call = line.Call();
        SipRequest takeOver = line.Request("INVITE", 1, null, Line.Sdp, $"Replaces: one;to-tag={call.Dialog.Local.Tag};from-tag=far");
        takeOver.Headers["Call-ID"] = "two";
        line.Receive(takeOver);
        Assert.Equal("Another telephone took the call over.", await call.Ended);
        Assert.Equal(1, line.Agent.CallCount);
    }

    [Fact]
    public async Task Options_tell_what_the_service_can_do_and_that_it_is_full_or_stopping()
    {
        await using var line = new Line(static options => options.MaximumCalls = 1);
        line.Receive(line.Request("OPTIONS", 1, body: null));
        Assert.Equal((200, "application/sdp"), (line.LastResponse.Status, line.LastResponse.Headers["Accept"]));
        line.Call();
        SipRequest full = line.Request("OPTIONS", 2, body: null);
        full.Headers["Call-ID"] = "two";
        line.Receive(full);
        Assert.Equal((503, "10"), (line.LastResponse.Status, line.LastResponse.Headers["Retry-After"]));
    }

    [Theory]
    [InlineData("REGISTER", 405)]
    [InlineData("REFER", 403)]
    [InlineData("PUBLISH", 501)]
    [InlineData("BYE", 481)]
    public async Task Request_outside_a_call_that_nobody_wants_is_refused(string method, int status)
    {
        await using var line = new Line();
        line.Receive(line.Request(method, 1, body: null));
        Assert.Equal(status, line.LastResponse.Status);
    }

    [Fact]
    public async Task Stranger_gets_no_answer_where_networks_are_named()
    {
        await using var line = new Line(static options => options.AllowedNetworks = ["198.51.100.0/24"]);
        line.Receive(line.Request("INVITE", 1));
        line.Receive(line.Request("BYE", 1, "guessed", body: null));
        Assert.Empty(line.Flow.Sent);
        Assert.Equal(0, line.Transactions.ServerCount);
    }

    private static void Notify(Line line, SipCall call, int number, string fragment)
    {
        SipRequest notify = line.Request("NOTIFY", number, call.Dialog.Local.Tag, null, "Event: refer", "Subscription-State: active");
        notify.SetBody("message/sipfrag;version=2.0", fragment + "\r\n");
        line.Receive(notify);
    }
}
