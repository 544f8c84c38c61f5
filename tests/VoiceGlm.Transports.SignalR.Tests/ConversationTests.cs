namespace VoiceGlm.Transports.SignalR.Tests;

/// <summary>A real client over a real socket.</summary>
public sealed class ConversationTests
{
    private static readonly TurnId s_turn = new(1);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Microphone_arrives_in_order_and_sample_exact()
    {
        var (server, sessions) = await VoiceServer.StartWaitingAsync();
        await using var _ = server;
        await using VoiceClient client = await VoiceClient.ConnectAsync(server.Hub);
        IVoiceConnection session = sessions.Take(Cancelled);
        for (int i = 0; i < 50; i++) client.Send("audio", i, Frame((short)(i * 100)));
        for (int i = 0; i < 50; i++)
        {
            AudioFrame frame = await session.Microphone.ReadAsync(Cancelled);
            Assert.Equal((i * 320L, SampleRate.Wideband, 320), (frame.Position, frame.SampleRate, frame.Samples.Length));
            Assert.All(frame.Samples.ToArray(), sample => Assert.Equal(i * 100 / 32768f, sample));
        }
    }

    [Fact]
    public async Task Microphone_that_nobody_reads_keeps_the_newest_two_seconds()
    {
        var (server, sessions) = await VoiceServer.StartWaitingAsync();
        await using var _ = server;
        await using VoiceClient client = await VoiceClient.ConnectAsync(server.Hub);
        IVoiceConnection session = sessions.Take(Cancelled);
        for (int i = 0; i < 150; i++) client.Send("audio", i, Frame(0));
        client.Send("commit");
        Assert.IsType<VoiceCommand.Commit>(await session.Commands.ReadAsync(Cancelled));
        Assert.Equal(50 * 320, (await session.Microphone.ReadAsync(Cancelled)).Position);
        Assert.Equal(99, session.Microphone.Count);
    }

    [Fact]
    public async Task Commands_arrive_as_they_were_sent()
    {
        var (server, sessions) = await VoiceServer.StartWaitingAsync();
        await using var _ = server;
        await using VoiceClient client = await VoiceClient.ConnectAsync(server.Hub);
        IVoiceConnection session = sessions.Take(Cancelled);
        client.Send("text", "你好");
        client.Send("talk", true);
        client.Send("mute", true);
        client.Send("interrupt");
        client.Send("settings", new Dictionary<string, object?> { ["temperature"] = 0.5, ["language"] = "zh" });
        client.Send("bye");
        VoiceCommand[] expected =
        [
            new VoiceCommand.SendText("你好"), new VoiceCommand.PushToTalk(true), new VoiceCommand.Mute(true), new VoiceCommand.Interrupt(),
            new VoiceCommand.UpdateSettings(new SessionSettings { Temperature = 0.5f, Language = "zh" }), new VoiceCommand.HangUp(),
        ];
        foreach (VoiceCommand command in expected) Assert.Equal(command, await session.Commands.ReadAsync(Cancelled));
    }

    [Fact]
    public async Task Session_is_told_the_settings_of_the_client()
    {
        var settings = new TaskCompletionSource<SessionSettings>();
        await using VoiceServer server = await VoiceServer.StartAsync((_, asked, _) =>
        {
            settings.SetResult(asked);
            return Task.CompletedTask;
        });
        await using VoiceClient client = await VoiceClient.ConnectAsync(
            server.Hub, new() { ["settings"] = new Dictionary<string, object?> { ["greeting"] = "Hello", ["endSilence"] = 700, ["allowInterruption"] = false } });
        Assert.Equal(
            new SessionSettings { Greeting = "Hello", EndSilence = TimeSpan.FromMilliseconds(700), AllowInterruption = false },
            await settings.Task.WaitAsync(Cancelled));
        Assert.Equal("hung_up", (await client.ReadAsync("ended"))[2]);
    }

    [Fact]
    public async Task Speech_is_held_back_until_the_client_has_played_and_drains_when_it_has()
    {
        var (server, sessions) = await VoiceServer.StartWaitingAsync();
        await using var _ = server;
        await using VoiceClient client = await VoiceClient.ConnectAsync(server.Hub);
        IVoiceConnection session = sessions.Take(Cancelled);
        Task playing = PlayAsync(session, s_turn, 3 * 16_000);
        long received = await ReceiveAsync(client, 6_400);
        Assert.Equal(6_400, received);
        Assert.False(playing.IsCompleted); // 3 s do not fit into 0.4 s on the way and 1 s that waits.

        long position = 0;
        while (position < 3 * 16_000)
        {
            client.Send("played", 1, received);
            position = received;
            if (received < 3 * 16_000) received = await ReceiveAsync(client, Math.Min(received + 6_400, 3 * 16_000));
        }

        await playing;
        await session.DrainAsync(s_turn, Cancelled);
        Assert.Equal(TimeSpan.FromSeconds(3), session.PlayedOf(s_turn));
    }

    [Fact]
    public async Task Flush_overtakes_waiting_speech_and_knows_the_exact_sample()
    {
        var (server, sessions) = await VoiceServer.StartWaitingAsync(static options => options.FlushTimeout = TimeSpan.FromSeconds(5));
        await using var _ = server;
        await using VoiceClient client = await VoiceClient.ConnectAsync(server.Hub);
        IVoiceConnection session = sessions.Take(Cancelled);
        Task playing = PlayAsync(session, s_turn, 3 * 16_000);
        await ReceiveAsync(client, 6_400);
        client.Send("played", 1, 640);
        ValueTask<TimeSpan> flushing = session.FlushAsync(s_turn);

        object?[] item = await client.ReadAsync();
        int late = 0;
        for (; (string)item[0]! == "audio"; late++) item = await client.ReadAsync();
        Assert.Equal("flush", item[0]);
        Assert.True(late <= 2, $"{late} slices came between the decision and the flush, though only two had been made room for.");
        client.Send("flushed", 1, 1_234);
        Assert.Equal(TimeSpan.FromSeconds(1_234 / 16_000.0), await flushing);
        await playing; // The rest of the reply is dropped, not waited for.
        await session.DrainAsync(s_turn, Cancelled);

        await session.PlayAsync(new TurnId(2), new AudioFrame(new float[320], SampleRate.Wideband, 0), Cancelled);
        Assert.Equal(2, VoiceClient.Long((await client.ReadAsync("audio"))[1]));
    }

    [Fact]
    public async Task Flush_of_a_client_that_does_not_answer_is_estimated()
    {
        var (server, sessions) = await VoiceServer.StartWaitingAsync(static options => options.FlushTimeout = TimeSpan.FromMilliseconds(10));
        await using var _ = server;
        await using VoiceClient client = await VoiceClient.ConnectAsync(server.Hub);
        IVoiceConnection session = sessions.Take(Cancelled);
        await PlayAsync(session, s_turn, 6_400);
        await ReceiveAsync(client, 6_400);
        client.Send("played", 1, 1_600);
        client.Send("commit");
        await session.Commands.ReadAsync(Cancelled);
        TimeSpan heard = await session.FlushAsync(s_turn);
        Assert.InRange(heard, TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(100) + Playout.Extrapolation);
    }

    [Fact]
    public async Task Events_keep_their_order_and_their_sequence()
    {
        var (server, sessions) = await VoiceServer.StartWaitingAsync();
        await using var _ = server;
        await using VoiceClient client = await VoiceClient.ConnectAsync(server.Hub);
        IVoiceConnection session = sessions.Take(Cancelled);
        for (int i = 0; i < 100; i++) await session.SendAsync(new VoiceEvent.TextDelta(s_turn, $"{i} "), Cancelled);
        for (int i = 0; i < 100; i++)
        {
            object?[] item = await client.ReadAsync();
            Assert.Equal(("text_delta", i + 1L, $"{i} "), ((string)item[0]!, VoiceClient.Long(item[1]), (string)item[3]!));
        }
    }

    [Fact]
    public async Task Session_waits_for_a_client_that_does_not_take_its_events()
    {
        var (server, sessions) = await VoiceServer.StartWaitingAsync();
        await using var _ = server;
        await using VoiceClient client = await VoiceClient.ConnectAsync(server.Hub);
        IVoiceConnection session = sessions.Take(Cancelled);
        for (int i = 0; i < EventLog.Capacity; i++) await session.SendAsync(new VoiceEvent.TextDelta(s_turn, "x"), Cancelled);
        Task waiting = session.SendAsync(new VoiceEvent.TextDelta(s_turn, "y"), Cancelled).AsTask();
        Assert.False(waiting.IsCompleted);
        for (int i = 0; i < EventLog.Capacity; i++) await client.ReadAsync("text_delta");
        client.Send("received", 1);
        await waiting;
    }

    [Fact]
    public async Task Client_without_a_speaker_gets_words_and_no_sound()
    {
        var (server, sessions) = await VoiceServer.StartWaitingAsync();
        await using var _ = server;
        await using VoiceClient client = await VoiceClient.ConnectAsync(server.Hub, new() { ["speaker"] = false });
        IVoiceConnection session = sessions.Take(Cancelled);
        await PlayAsync(session, s_turn, 60 * 16_000);
        await session.DrainAsync(s_turn, Cancelled);
        await session.SendAsync(new VoiceEvent.TextDelta(s_turn, "x"), Cancelled);
        Assert.Equal("text_delta", (await client.ReadAsync())[0]);
    }

    internal static byte[] Frame(short value)
    {
        byte[] bytes = new byte[640];
        for (int i = 0; i < 640; i += 2) BitConverter.TryWriteBytes(bytes.AsSpan(i), value);
        return bytes;
    }

    internal static async Task PlayAsync(IVoiceConnection session, TurnId turn, int samples) =>
        await session.PlayAsync(turn, new AudioFrame(new float[samples], SampleRate.Wideband, 0), Cancelled);

    /// <summary>Reads audio up to a position, and checks that it is contiguous.</summary>
    internal static async Task<long> ReceiveAsync(VoiceClient client, long until, long from = -1)
    {
        long position = from;
        while (position < until)
        {
            object?[] audio = await client.ReadAsync("audio");
            if (position >= 0) Assert.Equal(position, VoiceClient.Long(audio[2]));
            position = VoiceClient.Long(audio[2]) + (((byte[])audio[4]!).Length / 2);
        }

        return position;
    }
}
