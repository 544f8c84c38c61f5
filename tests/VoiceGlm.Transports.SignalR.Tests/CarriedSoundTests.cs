namespace VoiceGlm.Transports.SignalR.Tests;

/// <summary>A call carries a session's sound instead of the socket.</summary>
public sealed class CarriedSoundTests
{
    private static readonly TurnId s_turn = new(1);

    private readonly ScriptedCarrier _carrier = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Microphone_is_heard_over_the_call_and_goes_on_over_the_socket_when_it_is_over()
    {
        await using Conversation conversation = await ConnectAsync();
        (VoiceClient client, IVoiceConnection session) = (conversation.Client, conversation.Session);
        client.Send("audio", 0, ConversationTests.Frame(0));
        Assert.Equal(0, (await session.Microphone.ReadAsync(Cancelled)).Position);

        ScriptedCall call = await CallAsync(client, 7);
        call.Session.Hear(new AudioFrame(new float[300], SampleRate.Wideband, 0));
        Assert.Equal((320, 300), await ReadFrameAsync(session));
        client.Send("audio", 1, ConversationTests.Frame(0)); // was on its way: the call has heard it too
        await PingAsync(client);
        call.Session.OnEnded("The network is gone.");
        Assert.Equal(["call", 7L, "ended", "The network is gone."], Without(await client.ReadAsync()));
        client.Send("audio", 2, ConversationTests.Frame(0));
        Assert.Equal(((2 * 320) + 300, 320), await ReadFrameAsync(session));
    }

    [Fact]
    public async Task Speech_goes_over_the_call_and_is_heard_when_the_call_says_so()
    {
        await using Conversation conversation = await ConnectAsync();
        (VoiceClient client, IVoiceConnection session) = (conversation.Client, conversation.Session);
        ScriptedCall call = await CallAsync(client, 7);
        await ConversationTests.PlayAsync(session, s_turn, 3_200);
        Assert.Equal(0, call.Say(TimeSpan.FromSeconds(1)));
        Assert.Equal(200, call.Sent.TotalMilliseconds);
        ValueTask draining = session.DrainAsync(s_turn, Cancelled);
        call.Session.OnHeard(s_turn, TimeSpan.FromMilliseconds(60), isAll: false);
        Assert.InRange(session.PlayedOf(s_turn).TotalMilliseconds, 60, 200);
        Assert.False(draining.IsCompleted);
        call.Session.OnHeard(s_turn, TimeSpan.FromMilliseconds(199), isAll: true);
        await draining;
        await PingAsync(client); // and nothing of it went over the socket
    }

    [Fact]
    public async Task Reply_that_a_lost_call_did_not_finish_goes_on_over_the_socket_from_what_was_heard()
    {
        await using Conversation conversation = await ConnectAsync();
        (VoiceClient client, IVoiceConnection session) = (conversation.Client, conversation.Session);
        ScriptedCall call = await CallAsync(client, 7);
        await ConversationTests.PlayAsync(session, s_turn, 4_800);
        call.Say(TimeSpan.FromMilliseconds(200));
        call.Session.OnHeard(s_turn, TimeSpan.FromMilliseconds(100), isAll: false);
        call.Session.OnEnded("The network is gone.");
        await client.ReadAsync("call");
        Assert.Equal(4_800, await ConversationTests.ReceiveAsync(client, 4_800, from: 1_600));
        Assert.Equal(-1, call.Say(TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public async Task Reply_that_the_socket_began_is_not_torn_apart()
    {
        await using Conversation conversation = await ConnectAsync();
        (VoiceClient client, IVoiceConnection session) = (conversation.Client, conversation.Session);
        await ConversationTests.PlayAsync(session, s_turn, 8_000);
        await ConversationTests.ReceiveAsync(client, 6_400);
        ScriptedCall call = await CallAsync(client, 7);
        Assert.Equal(-1, call.Say(TimeSpan.FromSeconds(1)));
        client.Send("played", 1, 6_400);
        Assert.Equal(8_000, await ConversationTests.ReceiveAsync(client, 8_000, from: 6_400));
        await ConversationTests.PlayAsync(session, new TurnId(2), 320);
        Assert.Equal(0, call.Say(TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public async Task Barge_in_counts_what_the_call_sent_and_asks_nobody()
    {
        await using Conversation conversation = await ConnectAsync();
        (VoiceClient client, IVoiceConnection session) = (conversation.Client, conversation.Session);
        ScriptedCall call = await CallAsync(client, 7);
        await ConversationTests.PlayAsync(session, s_turn, 4_800);
        call.Say(TimeSpan.FromMilliseconds(120));
        call.Session.OnHeard(s_turn, TimeSpan.FromMilliseconds(20), isAll: false);
        Assert.Equal(120, (await session.FlushAsync(s_turn)).TotalMilliseconds);
        Assert.Equal(-1, call.Say(TimeSpan.FromSeconds(1)));
        await PingAsync(client);
    }

    [Fact]
    public async Task Client_moves_a_call_to_another_network()
    {
        await using Conversation conversation = await ConnectAsync();
        ScriptedCall call = await CallAsync(conversation.Client, 7);
        conversation.Client.Send("restart", 7, "offer again");
        Assert.Equal(["call", 7L, "answered", "answer again"], Without(await conversation.Client.ReadAsync()));
        conversation.Client.Send("restart", 7, "nonsense");
        Assert.Equal(["call", 7L, "ended", "That is another call."], Without(await conversation.Client.ReadAsync()));
        Assert.True(call.IsHungUp);
        conversation.Client.Send("restart", 7, "offer again");
        Assert.Equal(["call", 7L, "ended", "The call is over."], Without(await conversation.Client.ReadAsync()));
    }

    [Fact]
    public async Task Another_offer_takes_the_place_of_the_call_before()
    {
        await using Conversation conversation = await ConnectAsync();
        ScriptedCall first = await CallAsync(conversation.Client, 7);
        ScriptedCall second = await CallAsync(conversation.Client, 8);
        Assert.True(first.IsHungUp);
        first.Session.Hear(new AudioFrame(new float[1], SampleRate.Wideband, 0));
        first.Session.OnEnded("It was hung up.");
        second.Session.Hear(new AudioFrame(new float[2], SampleRate.Wideband, 0));
        Assert.Equal((0, 2), await ReadFrameAsync(conversation.Session));
        conversation.Client.Send("hang_up");
        await PingAsync(conversation.Client);
        Assert.True(second.IsHungUp);
    }

    [Theory]
    [InlineData("nonsense", "Expected an offer, found 'nonsense'.")]
    [InlineData("", "Expected an offer, found ''.")]
    public async Task Offer_that_cannot_be_met_is_answered_with_why(string offer, string reason)
    {
        await using Conversation conversation = await ConnectAsync();
        conversation.Client.Send("offer", 7, offer);
        Assert.Equal(["call", 7L, "ended", reason], Without(await conversation.Client.ReadAsync()));
    }

    [Fact]
    public async Task Service_without_calls_says_so()
    {
        (VoiceServer server, _) = await VoiceServer.StartWaitingAsync();
        await using VoiceServer host = server;
        await using VoiceClient client = await VoiceClient.ConnectAsync(server.Hub);
        client.Send("offer", 7, "offer");
        Assert.Equal(["call", 7L, "ended", "This service takes no calls."], Without(await client.ReadAsync()));
    }

    [Fact]
    public async Task Client_that_offers_without_end_is_told_to_wait()
    {
        await using Conversation conversation = await ConnectAsync();
        for (int i = 0; i < 7; i++) conversation.Client.Send("offer", i, "nonsense");
        Assert.Equal("flood", (await conversation.Client.ReadAsync("refused"))[2]);
    }

    [Theory]
    [InlineData(7, false)]
    [InlineData(0, true)]
    public async Task Call_survives_a_lost_socket_where_the_client_still_has_it(long known, bool isHungUp)
    {
        await using Conversation conversation = await ConnectAsync();
        ScriptedCall call = await CallAsync(conversation.Client, 7);
        await conversation.Client.DisposeAsync();
        await using VoiceClient second = await VoiceClient.ConnectAsync(conversation.Server.Hub, new() { ["token"] = conversation.Client.Token, ["received"] = 2, ["call"] = known });
        Assert.True(second.Resumed);
        Assert.Equal(isHungUp, call.IsHungUp);
    }

    [Fact]
    public async Task Call_ends_with_its_session()
    {
        await using Conversation conversation = await ConnectAsync();
        ScriptedCall call = await CallAsync(conversation.Client, 7);
        await conversation.Session.DisposeAsync();
        Assert.True(call.IsHungUp);
    }

    private static object?[] Without(object?[] item) => [item[0], VoiceClient.Long(item[2]), .. item[3..]];

    private static async Task<(long Position, int Length)> ReadFrameAsync(IVoiceConnection session)
    {
        AudioFrame frame = await session.Microphone.ReadAsync(Cancelled);
        return (frame.Position, frame.Samples.Length);
    }

    // What was said before has been taken, and what was to be told before has come: nothing else did.
    private static async Task PingAsync(VoiceClient client)
    {
        client.Send("ping", 1.0);
        Assert.Equal("pong", (await client.ReadAsync())[0]);
    }

    private async Task<ScriptedCall> CallAsync(VoiceClient client, long number)
    {
        client.Send("offer", number, "offer");
        Assert.Equal(["call", number, "answered", "answer"], Without(await client.ReadAsync("call")));
        ScriptedCall call = _carrier.Calls[^1];
        call.Session.OnConnected();
        Assert.Equal(["call", number, "connected", null], Without(await client.ReadAsync("call")));
        return call;
    }

    private async Task<Conversation> ConnectAsync()
    {
        var (server, sessions) = await VoiceServer.StartWaitingAsync(carrier: _carrier);
        VoiceClient client = await VoiceClient.ConnectAsync(server.Hub);
        return new Conversation(server, client, sessions.Take(Cancelled));
    }

    private sealed record Conversation(VoiceServer Server, VoiceClient Client, IVoiceConnection Session) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Client.DisposeAsync();
            await Server.DisposeAsync();
        }
    }
}
