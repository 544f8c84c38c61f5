namespace VoiceGlm.Transports.Sip.Tests;

/// <summary>sipp as the other side: what telephones do seldom, and networks often.</summary>
[Collection("Peers")]
public sealed class SippTests : PatientTests
{
    private const string Reliable = "Require: 100rel";

    [Theory]
    [InlineData("u1")]
    [InlineData("t1")]
    public async Task Many_calls_come_and_go(string transport)
    {
        Sipp.Require();
        await using TestTelephone telephone = await TestTelephone.StartAsync();
        Succeeded(await Sipp.RunBuiltInAsync("uac", transport == "t1" ? telephone.TcpPort : telephone.UdpPort, "-t", transport, "-m", "20", "-r", "20", "-d", "200"));
        await EndedAsync(telephone);
    }

    [Fact]
    public async Task Fifty_calls_at_once_are_answered_soon()
    {
        Sipp.Require();
        await using TestTelephone telephone = await TestTelephone.StartAsync();
        IReadOnlyList<TimeSpan> answers = await Sipp.TimeAnswersAsync(telephone.UdpPort, 50);
        TestContext.Current.TestOutputHelper?.WriteLine($"50 answers, median {answers.Order().ElementAt(25).TotalMilliseconds} ms, worst {answers.Max().TotalMilliseconds} ms.");
        Assert.Equal(50, answers.Count);
        // The first loads code; machines that are shared are slow at times.
        Assert.InRange(answers.Order().ElementAt(25), TimeSpan.Zero, TimeSpan.FromMilliseconds(200));
        await EndedAsync(telephone);
    }

    [Fact]
    public async Task Messages_that_are_lost_both_ways_come_again()
    {
        Sipp.Require();
        await using TestTelephone telephone = await TestTelephone.StartAsync();
        Succeeded(await Sipp.RunBuiltInAsync("uac", telephone.UdpPort, "-m", "20", "-r", "20", "-d", "100", "-lost", "15"));
        await EndedAsync(telephone);
    }

    [Fact]
    public async Task Calls_beyond_those_that_may_be_are_told_to_come_later()
    {
        Sipp.Require();
        await using TestTelephone telephone = await TestTelephone.StartAsync(static options => options.MaximumCalls = 1);
        string refused = Sipp.Send("INVITE", 1, hasBody: true, isFirst: true) + Sipp.Expect(503, actions: """<action><ereg regexp="10" search_in="hdr" header="Retry-After:" check_it="true" assign_to="1" /></action>""") + Sipp.Send("ACK", 1) + """  <Reference variables="1" />""";
        string held = Invited() + """  <pause milliseconds="3000" />""" + Sipp.Send("BYE", 2) + Sipp.Expect(200);
        Task<(int, string)> holding = Sipp.RunAsync(held, telephone.UdpPort, "-m", "1");
        await telephone.NextCallAsync(Cancel);
        Succeeded(await Sipp.RunAsync(refused, telephone.UdpPort, "-m", "1"));
        Succeeded(await holding);
    }

    [Fact]
    public async Task Offer_may_come_with_the_ack()
    {
        Sipp.Require();
        await using TestTelephone telephone = await TestTelephone.StartAsync();
        string steps = Sipp.Send("INVITE", 1, isFirst: true) + Sipp.Expect(100, isOptional: true) + Sipp.Expect(180)
            + Sipp.Expect(200, actions: """<action><ereg regexp="m=audio [0-9]+ RTP/AVP" search_in="body" check_it="true" assign_to="1" /></action>""")
            + Sipp.Send("ACK", 1, hasBody: true) + """  <pause milliseconds="200" />""" + Sipp.Send("BYE", 2) + Sipp.Expect(200) + """  <Reference variables="1" />""";
        Succeeded(await Sipp.RunAsync(steps, telephone.UdpPort, "-m", "1"));
        Assert.NotNull(await telephone.NextCallAsync(Cancel));
    }

    [Fact]
    public async Task Ringing_is_acknowledged_where_the_caller_wants_it()
    {
        Sipp.Require();
        await using TestTelephone telephone = await TestTelephone.StartAsync();
        string number = """<action><ereg regexp="[0-9]+" search_in="hdr" header="RSeq:" check_it="true" assign_to="1" /></action>""";
        string steps = Sipp.Send("INVITE", 1, Reliable, hasBody: true, isFirst: true) + Sipp.Expect(100, isOptional: true) + Sipp.Expect(180, actions: number)
            + Sipp.Send("PRACK", 2, "RAck: [$1] 1 INVITE") + Sipp.Expect(200) + Sipp.Expect(200) + Sipp.Send("ACK", 1)
            + Sipp.Send("BYE", 3) + Sipp.Expect(200);
        Succeeded(await Sipp.RunAsync(steps, telephone.UdpPort, "-m", "1"));
        await EndedAsync(telephone);
    }

    [Fact]
    public async Task Call_changes_by_invite_and_update_and_gives_signs_of_life()
    {
        Sipp.Require();
        await using TestTelephone telephone = await TestTelephone.StartAsync();
        string steps = Invited() + Sipp.Send("INVITE", 2, hasBody: true) + Sipp.Expect(100, isOptional: true) + Sipp.Expect(200) + Sipp.Send("ACK", 2)
            + Sipp.Send("UPDATE", 3, "Supported: timer|Session-Expires: 120;refresher=uac") + Sipp.Expect(200, actions: """<action><ereg regexp="120;refresher=uac" search_in="hdr" header="Session-Expires:" check_it="true" assign_to="1" /></action>""")
            + Sipp.Send("UPDATE", 4, "Supported: timer|Session-Expires: 30") + Sipp.Expect(422) + Sipp.Send("OPTIONS", 5) + Sipp.Expect(200) + Sipp.Send("INFO", 6) + Sipp.Expect(200)
            + Sipp.Send("BYE", 7) + Sipp.Expect(200) + """  <Reference variables="1" />""";
        Succeeded(await Sipp.RunAsync(steps, telephone.UdpPort, "-m", "1"));
        await EndedAsync(telephone);
    }

    [Fact]
    public async Task Call_is_answered_and_ended_by_a_telephone_that_keeps_to_a_script()
    {
        Sipp.Require();
        await using TestTelephone telephone = await TestTelephone.StartAsync(static options => options.OutboundPatterns = ["*"]);
        int port = Baresip.FreePort();
        Task<(int, string)> answering = Sipp.RunBuiltInAsync("uas", port, "-p", $"{port}", "-m", "1");
        ISipCall line = await telephone.Calls.CallAsync($"sip:service@127.0.0.1:{port}", Cancel);
        await telephone.NextCallAsync(Cancel);
        line.HangUp();
        Succeeded(await answering);
        Assert.Equal("The conversation has ended.", await line.Ended);
    }

    private static string Invited() => Sipp.Send("INVITE", 1, hasBody: true, isFirst: true) + Sipp.Expect(100, isOptional: true) + Sipp.Expect(180, isOptional: true) + Sipp.Expect(200) + Sipp.Send("ACK", 1);

    private static void Succeeded((int Code, string Errors) result) => Assert.True(result.Code == 0, result.Errors);

    // The last BYE may still be on its way.
    private Task EndedAsync(TestTelephone telephone) => UntilAsync(() => telephone.Sip.CallCount == 0);
}
