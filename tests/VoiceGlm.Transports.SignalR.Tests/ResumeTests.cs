using Microsoft.AspNetCore.SignalR.Client;

namespace VoiceGlm.Transports.SignalR.Tests;

/// <summary>A session outlives its socket.</summary>
public sealed class ResumeTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Client_that_comes_back_gets_the_events_it_lacks_and_the_speech_it_has_not_heard()
    {
        var (server, sessions) = await VoiceServer.StartWaitingAsync();
        await using var _ = server;
        VoiceClient first = await VoiceClient.ConnectAsync(server.Hub);
        IVoiceConnection session = sessions.Take(Cancelled);
        var turn = new TurnId(1);
        await session.SendAsync(new VoiceEvent.ResponseCreated(turn), Cancelled);
        await session.SendAsync(new VoiceEvent.TextDelta(turn, "one "), Cancelled);
        await first.ReadAsync("text_delta");
        Task playing = ConversationTests.PlayAsync(session, turn, 2 * 16_000);
        await ConversationTests.ReceiveAsync(first, 6_400);
        first.Send("played", 1, 1_600);
        for (int i = 0; i < 5; i++) first.Send("audio", i, ConversationTests.Frame(0));
        for (int i = 0; i < 5; i++) await session.Microphone.ReadAsync(Cancelled);
        await first.DisposeAsync();
        await session.SendAsync(new VoiceEvent.TextDelta(turn, "two "), Cancelled);

        await using VoiceClient second = await VoiceClient.ConnectAsync(
            server.Hub, new() { ["token"] = first.Token, ["received"] = 2, ["turn"] = 1, ["played"] = 2_000, ["needed"] = 6_000 });
        Assert.True(second.Resumed);
        Assert.Equal(5, VoiceClient.Long(second.Opened[3]));
        Assert.Equal("two ", (await second.ReadAsync())[3]);
        Assert.Equal(8_640, await ConversationTests.ReceiveAsync(second, 8_400, from: 6_000)); // 2,000 + 400 ms, and the end of the slice
        second.Send("audio", 5, ConversationTests.Frame(0));
        Assert.Equal(5 * 320, (await session.Microphone.ReadAsync(Cancelled)).Position);
        Assert.Equal(1, server.Connections.Count);
        await session.FlushAsync(turn);
        await playing;
    }

    [Fact]
    public async Task Newest_socket_has_the_session_and_the_older_is_told_so()
    {
        var (server, sessions) = await VoiceServer.StartWaitingAsync();
        await using var _ = server;
        await using VoiceClient first = await VoiceClient.ConnectAsync(server.Hub);
        await using VoiceClient second = await VoiceClient.ConnectAsync(server.Hub, new() { ["token"] = first.Token });
        Assert.Equal("superseded", (await first.ReadToEndAsync())[^1][2]);
        await sessions.Take(Cancelled).SendAsync(new VoiceEvent.Queued(1), Cancelled);
        Assert.Equal("queued", (await second.ReadAsync())[0]);
    }

    [Fact]
    public async Task Session_that_nobody_comes_back_to_ends()
    {
        var (server, sessions) = await VoiceServer.StartWaitingAsync(static options => options.ResumeWithin = TimeSpan.FromMilliseconds(20));
        await using var _ = server;
        VoiceClient first = await VoiceClient.ConnectAsync(server.Hub);
        IVoiceConnection session = sessions.Take(Cancelled);
        await first.DisposeAsync();
        await session.Microphone.Completion.WaitAsync(Cancelled);
        await session.PlayAsync(new TurnId(1), new AudioFrame(new float[64_000], SampleRate.Wideband, 0), Cancelled); // for nobody, without waiting
        await using VoiceClient second = await VoiceClient.ConnectAsync(server.Hub, new() { ["token"] = first.Token });
        Assert.False(second.Resumed);
        Assert.NotEqual(first.Token, second.Token);
    }

    [Fact]
    public async Task Barge_in_without_a_socket_does_not_wait()
    {
        var (server, sessions) = await VoiceServer.StartWaitingAsync(static options => options.FlushTimeout = TimeSpan.FromSeconds(5));
        await using var _ = server;
        VoiceClient first = await VoiceClient.ConnectAsync(server.Hub);
        IVoiceConnection session = sessions.Take(Cancelled);
        await ConversationTests.PlayAsync(session, new TurnId(1), 6_400);
        await ConversationTests.ReceiveAsync(first, 6_400);
        ValueTask<TimeSpan> flushing = session.FlushAsync(new TurnId(1));
        await first.DisposeAsync();
        Assert.InRange(await flushing, TimeSpan.Zero, Playout.Extrapolation);
        await using VoiceClient second = await VoiceClient.ConnectAsync(server.Hub, new() { ["token"] = first.Token, ["turn"] = 1, ["needed"] = 6_400 });
        Assert.Equal("flush", (await second.ReadAsync())[0]);
    }

    [Fact]
    public async Task Last_word_of_a_session_waits_for_the_client_to_come_back()
    {
        var cut = new TaskCompletionSource();
        await using VoiceServer server = await VoiceServer.StartAsync(async (connection, _, cancellationToken) =>
        {
            await cut.Task.WaitAsync(cancellationToken);
            await connection.SendAsync(new VoiceEvent.SessionEnded("idle", "Nobody spoke."), cancellationToken);
        });
        VoiceClient first = await VoiceClient.ConnectAsync(server.Hub);
        await first.DisposeAsync(); // The server may not have noticed when it speaks its last word.
        cut.SetResult();
        await using VoiceClient second = await VoiceClient.ConnectAsync(server.Hub, new() { ["token"] = first.Token });
        Assert.True(second.Resumed);
        Assert.Equal("idle", Assert.Single(await second.ReadToEndAsync())[2]);
    }

    [Fact]
    public async Task Session_whose_handler_fails_ends_with_a_sentence_and_no_internals()
    {
        await using VoiceServer server = await VoiceServer.StartAsync(static (_, _, _) => throw new InvalidDataException("secret"));
        await using VoiceClient client = await VoiceClient.ConnectAsync(server.Hub);
        object?[] ended = Assert.Single(await client.ReadToEndAsync());
        Assert.Equal("failed", ended[2]);
        Assert.DoesNotContain("secret", (string)ended[3]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Client_of_another_protocol_is_told_which_is_spoken()
    {
        var (server, _) = await VoiceServer.StartWaitingAsync();
        await using var host = server;
        await using VoiceClient client = await VoiceClient.ConnectAsync(server.Hub, new() { ["protocol"] = 2 });
        Assert.Equal(["ended", "protocol_error", "Expected protocol 1, found 2."], [client.Opened[0], client.Opened[2], client.Opened[3]]);
    }

    [Fact]
    public async Task Client_that_speaks_json_is_turned_away()
    {
        var (server, _) = await VoiceServer.StartWaitingAsync();
        await using var host = server;
        await using HubConnection connection = new HubConnectionBuilder().WithUrl(server.Hub).Build();
        Exception refused = await Assert.ThrowsAnyAsync<Exception>(() => connection.StartAsync(Cancelled));
        Assert.Contains("json", refused.Message, StringComparison.Ordinal);
    }
}
