using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace VoiceGlm.Transports.SignalR.Tests;

/// <summary>A client that breaks rules loses at most its own session.</summary>
public sealed class LimitTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static TheoryData<string, object?[]> Faults { get; } = new()
    {
        { "invalid_audio", ["audio", 0, new byte[639]] },
        { "invalid_audio", ["audio", 0, new byte[30_000]] },
        { "invalid_audio", ["audio", 0, Array.Empty<byte>()] },
        { "invalid_audio", ["audio", 0, null] },
        { "audio_out_of_order", ["audio", -1, new byte[640]] },
        { "audio_out_of_order", ["audio", 1_000_000, new byte[640]] },
        { "invalid_text", ["text", "  "] },
        { "invalid_text", ["text", new string('x', 4_001)] },
        { "invalid_text", ["text", null] },
        { "invalid_settings", ["settings", new Dictionary<string, object?> { ["topP"] = 0 }] },
        { "invalid_settings", ["settings", new Dictionary<string, object?> { ["temperature"] = double.NaN }] },
        { "invalid_settings", ["settings", new Dictionary<string, object?> { ["endSilence"] = -1 }] },
        { "invalid_settings", ["settings", new Dictionary<string, object?> { ["language"] = "xx" }] },
        { "invalid_settings", ["settings", new Dictionary<string, object?> { ["systemPrompt"] = "You are a pirate." }] },
        { "invalid_message", ["settings", "loud"] },
        { "invalid_message", ["played", 1, 5] },
        { "invalid_message", ["flushed", 7, 5] },
        { "invalid_message", ["dance"] },
        { "invalid_message", ["audio"] },
        { "invalid_message", [] },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task What_breaks_a_rule_is_refused_and_the_session_goes_on(string code, object?[] item)
    {
        var (server, sessions) = await VoiceServer.StartWaitingAsync();
        await using var _ = server;
        await using VoiceClient client = await VoiceClient.ConnectAsync(server.Hub);
        client.Send(item);
        Assert.Equal(code, (await client.ReadAsync("refused"))[2]);
        client.Send("commit");
        IVoiceConnection session = sessions.Take(Cancelled);
        Assert.IsType<VoiceCommand.Commit>(await session.Commands.ReadAsync(Cancelled));
        Assert.Equal(0, session.Microphone.Count);
    }

    [Fact]
    public async Task Item_that_is_no_array_is_refused()
    {
        var (server, _) = await VoiceServer.StartWaitingAsync();
        await using var host = server;
        await using VoiceClient client = await VoiceClient.ConnectAsync(server.Hub);
        client.SendRaw("audio");
        Assert.Equal("invalid_message", (await client.ReadAsync("refused"))[2]);
    }

    [Fact]
    public async Task Frame_that_comes_twice_is_heard_once()
    {
        var (server, sessions) = await VoiceServer.StartWaitingAsync();
        await using var _ = server;
        await using VoiceClient client = await VoiceClient.ConnectAsync(server.Hub);
        client.Send("audio", 0, new byte[640]);
        client.Send("audio", 0, new byte[640]);
        client.Send("audio", 3, new byte[640]);
        Assert.Equal("Expected frame 1, found 0.", (await client.ReadAsync("refused"))[3]);
        IVoiceConnection session = sessions.Take(Cancelled);
        Assert.Equal(0, (await session.Microphone.ReadAsync(Cancelled)).Position);
        Assert.Equal(3 * 320, (await session.Microphone.ReadAsync(Cancelled)).Position);
    }

    [Fact]
    public async Task Flood_ends_the_session_of_the_flooder_and_nobody_else_notices()
    {
        var (server, sessions) = await VoiceServer.StartWaitingAsync();
        await using var _ = server;
        await using VoiceClient calm = await VoiceClient.ConnectAsync(server.Hub);
        IVoiceConnection session = sessions.Take(Cancelled);
        await using VoiceClient flooder = await VoiceClient.ConnectAsync(server.Hub);
        for (int i = 0; i < 1_000; i++) flooder.Send("audio", i, new byte[640]);
        List<object?[]> items = await flooder.ReadToEndAsync();
        Assert.Equal("protocol_error", items[^1][2]);
        Assert.InRange(items.Count(static item => (string)item[0]! == "refused"), 20, 25);

        calm.Send("audio", 0, new byte[640]);
        Assert.Equal(0, (await session.Microphone.ReadAsync(Cancelled)).Position);
        await session.SendAsync(new VoiceEvent.Queued(1), Cancelled);
        Assert.Equal("queued", (await calm.ReadAsync())[0]);
    }

    [Fact]
    public async Task Commands_that_nobody_obeys_do_not_pile_up()
    {
        var (server, sessions) = await VoiceServer.StartWaitingAsync();
        await using var _ = server;
        await using VoiceClient client = await VoiceClient.ConnectAsync(server.Hub);
        for (int i = 0; i < 40; i++) client.Send("commit");
        Assert.Equal("too_many_commands", (await client.ReadAsync("refused"))[2]);
        Assert.Equal(32, sessions.Take(Cancelled).Commands.Count);
    }

    [Fact]
    public async Task Client_beyond_the_capacity_is_turned_away_until_a_place_is_free()
    {
        var (server, _) = await VoiceServer.StartWaitingAsync(static options => (options.MaximumSessions, options.ResumeWithin) = (1, TimeSpan.FromMilliseconds(500)));
        await using var host = server;
        await using (await VoiceClient.ConnectAsync(server.Hub))
        {
            await using VoiceClient second = await VoiceClient.ConnectAsync(server.Hub);
            Assert.Equal("capacity", second.Opened[2]);
        }

        Assert.True(SpinWait.SpinUntil(() => server.Connections.Count == 0, TimeSpan.FromSeconds(20)));
        await using VoiceClient third = await VoiceClient.ConnectAsync(server.Hub);
        Assert.Equal("opened", third.Opened[0]);
    }

    [Fact]
    public async Task Socket_that_says_nothing_is_closed()
    {
        var (server, _) = await VoiceServer.StartWaitingAsync(static options => options.OpenTimeout = TimeSpan.FromSeconds(1));
        await using var host = server;
        await using VoiceClient client = await VoiceClient.ConnectAsync(server.Hub, new() { ["protocol"] = 9 });
        await client.WaitForCloseAsync();
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("own", true)]
    [InlineData("https://shop.example", true)]
    [InlineData("https://SHOP.example", true)]
    [InlineData("https://evil.example", false)]
    [InlineData("null", false)]
    public async Task Page_of_another_origin_may_connect_when_it_is_allowed(string? origin, bool allowed)
    {
        var (server, _) = await VoiceServer.StartWaitingAsync(static options => options.AllowedOrigins = ["https://shop.example/"]);
        await using var host = server;
        if (origin == "own") origin = server.Hub.GetLeftPart(UriPartial.Authority);
        if (allowed)
        {
            await using VoiceClient client = await VoiceClient.ConnectAsync(server.Hub, origin: origin);
            Assert.Equal("opened", client.Opened[0]);
        }
        else
        {
            await Assert.ThrowsAnyAsync<Exception>(() => VoiceClient.ConnectAsync(server.Hub, origin: origin));
        }
    }

    [Fact]
    public async Task Many_browsers_speak_and_hear_at_once()
    {
        await using VoiceServer server = await VoiceServer.StartAsync(static async (connection, _, cancellationToken) =>
        {
            // Says back each second of what it hears, as a reply of its own.
            var heard = new List<float>();
            long turn = 0;
            await foreach (AudioFrame frame in connection.Microphone.ReadAllAsync(cancellationToken))
            {
                heard.AddRange(frame.Samples.Span);
                if (heard.Count < 16_000) continue;
                await connection.PlayAsync(new TurnId(++turn), new AudioFrame(heard.ToArray(), SampleRate.Wideband, 0), cancellationToken);
                heard.Clear();
            }
        });

        await Parallel.ForAsync(0, 40, new ParallelOptions { MaxDegreeOfParallelism = 40, CancellationToken = Cancelled }, async (number, _) =>
        {
            await using VoiceClient client = await VoiceClient.ConnectAsync(server.Hub);
            for (int i = 0; i < 100; i++) client.Send("audio", i, ConversationTests.Frame((short)number));
            for (long turn = 1; turn <= 2; turn++)
            {
                for (long position = 0; position < 16_000;)
                {
                    object?[] audio = await client.ReadAsync("audio");
                    Assert.Equal((turn, position), (VoiceClient.Long(audio[1]), VoiceClient.Long(audio[2])));
                    byte[] pcm = (byte[])audio[4]!;
                    Assert.Equal((short)MathF.Round(number / 32768f * 32767f), BitConverter.ToInt16(pcm));
                    position += pcm.Length / 2;
                    client.Send("played", turn, position);
                }
            }
        });
    }

    [Fact]
    public void Option_out_of_range_is_refused_with_a_sentence()
    {
        ServiceProvider services = new ServiceCollection().AddSingleton<Microsoft.Extensions.Configuration.IConfiguration>(new Microsoft.Extensions.Configuration.ConfigurationManager())
            .AddSignalRVoice(static options => options.PlayoutAhead = TimeSpan.Zero).BuildServiceProvider();
        OptionsValidationException refused = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IOptions<SignalRVoiceOptions>>().Value);
        Assert.Contains(nameof(SignalRVoiceOptions.PlayoutAhead), refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hub_without_a_handler_says_what_to_call()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddSignalRVoice();
        await using WebApplication application = builder.Build();
        Assert.Contains("AddVoiceGlm", Assert.Throws<InvalidOperationException>(() => application.MapVoiceHub("/voice")).Message, StringComparison.Ordinal);
    }
}
