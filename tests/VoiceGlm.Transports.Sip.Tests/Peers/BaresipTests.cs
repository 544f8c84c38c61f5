namespace VoiceGlm.Transports.Sip.Tests;

/// <summary>baresip as the other side.</summary>
[Collection("Peers")]
public sealed class BaresipTests : PatientTests
{
    private const double Greeting = 440;

    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData("PCMU/8000/1", 8_000)]
    [InlineData("PCMA/8000/1", 8_000)]
    [InlineData("G722/16000/1", 16_000)]
    [InlineData("opus/48000/2", 48_000)]
    public async Task Caller_hears_and_is_heard(string codec, int rate)
    {
        Baresip.Require();
        await using TestTelephone telephone = await TestTelephone.StartAsync();
        await using Baresip caller = await Baresip.StartAsync(codec, rate);
        (IVoiceConnection call, ISipCall line) = await DialAsync(telephone, caller);
        await Task.WhenAll(call.SayAsync(new TurnId(1), Greeting, 2 * s_second, Cancel), call.HearAsync(Baresip.Voice, s_second, Cancel));
        await caller.DoAsync("hangup");
        Assert.Equal("The other side hung up.", await line.Ended.WaitAsync(Cancel));
        (float[] heard, SampleRate heardRate) = await caller.HeardAsync();
        Assert.InRange(Tones.Longest(heard, Greeting, heardRate), 1.7 * s_second, 2.2 * s_second);
    }

    [Fact]
    public async Task Sound_is_protected_by_keys_in_the_description()
    {
        Baresip.Require();
        await using TestTelephone telephone = await TestTelephone.StartAsync(static options => options.Srtp = SrtpPolicy.Required);
        await using Baresip caller = await Baresip.StartAsync(account: ";mediaenc=srtp-mand");
        (IVoiceConnection call, ISipCall line) = await DialAsync(telephone, caller);
        await Task.WhenAll(call.SayAsync(new TurnId(1), Greeting, s_second, Cancel), call.HearAsync(Baresip.Voice, s_second, Cancel));
        line.HangUp();
        await caller.ExpectAsync("CALL_CLOSED");
        (float[] heard, SampleRate rate) = await caller.HeardAsync();
        Assert.InRange(Tones.Longest(heard, Greeting, rate), 0.8 * s_second, 1.2 * s_second);
    }

    [Fact]
    public async Task Caller_without_protection_is_refused_where_it_is_required()
    {
        Baresip.Require();
        await using TestTelephone telephone = await TestTelephone.StartAsync(static options => options.Srtp = SrtpPolicy.Required);
        await using Baresip caller = await Baresip.StartAsync();
        await caller.DoAsync("dial", $"sip:bot@127.0.0.1:{telephone.UdpPort}");
        Assert.Contains("488", await caller.ExpectAsync("CALL_CLOSED"), StringComparison.Ordinal);
        Assert.Equal(0, telephone.Sip.CallCount);
    }

    [Fact]
    public async Task Keys_go_both_ways()
    {
        Baresip.Require();
        await using TestTelephone telephone = await TestTelephone.StartAsync();
        await using Baresip caller = await Baresip.StartAsync();
        (IVoiceConnection call, ISipCall line) = await DialAsync(telephone, caller);
        foreach (string key in new[] { "1", "2", "*", "#" }) await caller.DoAsync("sndcode", key);
        Assert.Equal(new VoiceCommand.SendText("12*"), await call.Commands.ReadAsync(Cancel));
        line.SendKeys("97#");
        foreach (string key in new[] { "9", "7", "#" }) Assert.Equal(key, await caller.ExpectAsync("CALL_DTMF_START"));
    }

    [Fact]
    public async Task Caller_holds_and_comes_back()
    {
        Baresip.Require();
        await using TestTelephone telephone = await TestTelephone.StartAsync();
        await using Baresip caller = await Baresip.StartAsync();
        (IVoiceConnection call, ISipCall line) = await DialAsync(telephone, caller);
        await call.HearAsync(Baresip.Voice, s_second / 2, Cancel);
        await caller.DoAsync("hold");
        await UntilAsync(() => ((SipCall)line).IsHeld);
        // Nothing is said to who holds: speech waits. (What baresip hears after its hold it does not keep.)
        Task saying = call.SayAsync(new TurnId(1), Greeting, s_second, Cancel);
        Assert.Equal(TimeSpan.Zero, call.PlayedOf(new TurnId(1)));
        await caller.DoAsync("resume");
        await UntilAsync(() => !((SipCall)line).IsHeld);
        await Task.WhenAll(saying, call.HearAsync(Baresip.Voice, s_second / 2, Cancel));
        Assert.Equal(s_second, call.PlayedOf(new TurnId(1)));
        await caller.DoAsync("hangup");
        await line.Ended.WaitAsync(Cancel);
    }

    [Fact]
    public async Task Service_holds_and_comes_back()
    {
        Baresip.Require();
        await using TestTelephone telephone = await TestTelephone.StartAsync();
        await using Baresip caller = await Baresip.StartAsync();
        (IVoiceConnection call, ISipCall line) = await DialAsync(telephone, caller);
        await line.HoldAsync(true, Cancel);
        Assert.False(((SipCall)line).IsHeld);
        await line.HoldAsync(false, Cancel);
        await call.HearAsync(Baresip.Voice, s_second / 2, Cancel);
        await call.SayAsync(new TurnId(1), Greeting, s_second, Cancel);
        line.HangUp();
        await caller.ExpectAsync("CALL_CLOSED");
    }

    [Fact]
    public async Task Service_calls_and_is_answered()
    {
        Baresip.Require();
        await using TestTelephone telephone = await TestTelephone.StartAsync(static options => options.OutboundPatterns = ["alice"]);
        await using Baresip called = await Baresip.StartAsync();
        Task<ISipCall> calling = telephone.Calls.CallAsync(called.Address, Cancel);
        await called.ExpectAsync("CALL_INCOMING");
        await called.DoAsync("accept");
        ISipCall line = await calling;
        IVoiceConnection call = await telephone.NextCallAsync(Cancel);
        await Task.WhenAll(call.SayAsync(new TurnId(1), Greeting, s_second, Cancel), call.HearAsync(Baresip.Voice, s_second, Cancel));
        line.HangUp();
        await called.ExpectAsync("CALL_CLOSED");
        (float[] heard, SampleRate rate) = await called.HeardAsync();
        Assert.InRange(Tones.Longest(heard, Greeting, rate), 0.8 * s_second, 1.2 * s_second);
    }

    [Fact]
    public async Task Service_that_is_refused_or_gives_up_says_why()
    {
        Baresip.Require();
        await using TestTelephone telephone = await TestTelephone.StartAsync(static options => options.OutboundPatterns = ["al*"]);
        await using Baresip called = await Baresip.StartAsync();
        Task<ISipCall> refused = telephone.Calls.CallAsync(called.Address, Cancel);
        await called.ExpectAsync("CALL_INCOMING");
        await called.DoAsync("hangup");
        Assert.Contains("486", (await Assert.ThrowsAsync<SipCallException>(() => refused)).Message, StringComparison.Ordinal);
        using var giveUp = new CancellationTokenSource();
        Task<ISipCall> given = telephone.Calls.CallAsync(called.Address, giveUp.Token);
        await called.ExpectAsync("CALL_INCOMING");
        await giveUp.CancelAsync();
        await called.ExpectAsync("CALL_CLOSED");
        Assert.Equal("The caller gave up.", (await Assert.ThrowsAsync<SipCallException>(() => given)).Message);
        Assert.Contains("OutboundPatterns", (await Assert.ThrowsAsync<SipCallException>(() => telephone.Calls.CallAsync("sip:mallory@127.0.0.1", Cancel))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Caller_gives_up_while_it_rings()
    {
        Baresip.Require();
        await using TestTelephone telephone = await TestTelephone.StartAsync(static options => options.RingFor = TimeSpan.FromMinutes(1));
        await using Baresip caller = await Baresip.StartAsync();
        await caller.DoAsync("dial", $"sip:bot@127.0.0.1:{telephone.UdpPort}");
        await caller.ExpectAsync("CALL_RINGING");
        Assert.Equal(1, telephone.Sip.CallCount);
        await caller.DoAsync("hangup");
        await caller.ExpectAsync("CALL_CLOSED");
        await UntilAsync(() => telephone.Sip.CallCount == 0);
    }

    [Fact]
    public async Task Caller_is_handed_over_to_somebody_else()
    {
        Baresip.Require();
        await using TestTelephone telephone = await TestTelephone.StartAsync();
        await using Baresip caller = await Baresip.StartAsync(), person = await Baresip.StartAsync();
        (_, ISipCall line) = await DialAsync(telephone, caller);
        Task<TransferResult> transfer = line.TransferAsync(person.Address, Cancel);
        await person.ExpectAsync("CALL_INCOMING");
        await person.DoAsync("accept");
        TransferResult result = await transfer;
        Assert.True(result.IsDone, result.Reason);
        await line.Ended.WaitAsync(Cancel);
        await person.ExpectAsync("CALL_ESTABLISHED");
    }

    [Fact]
    public async Task Call_goes_on_where_the_handing_over_fails()
    {
        Baresip.Require();
        await using TestTelephone telephone = await TestTelephone.StartAsync();
        await using Baresip caller = await Baresip.StartAsync(), person = await Baresip.StartAsync();
        (IVoiceConnection call, ISipCall line) = await DialAsync(telephone, caller);
        Task<TransferResult> transfer = line.TransferAsync(person.Address, Cancel);
        await person.ExpectAsync("CALL_INCOMING");
        await person.DoAsync("hangup");
        TransferResult result = await transfer;
        Assert.Equal((false, 486), (result.IsDone, result.Status));
        // The telephone took the call back from its hold by itself, or does so when it is asked.
        await caller.DoAsync("resume");
        await call.HearAsync(Baresip.Voice, s_second / 2, Cancel);
        Assert.False(line.Ended.IsCompleted);
    }

    private async Task<(IVoiceConnection Call, ISipCall Line)> DialAsync(TestTelephone telephone, Baresip caller)
    {
        await caller.DoAsync("dial", $"sip:bot@127.0.0.1:{telephone.UdpPort}");
        IVoiceConnection call = await telephone.NextCallAsync(Cancel);
        await caller.ExpectAsync("CALL_ESTABLISHED");
        return (call, telephone.Calls.Find(call)!);
    }
}
