using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.Extensions.Time.Testing;
using VoiceGlm.CompletionServer;
using VoiceGlm.Inference;
using VoiceGlm.Testing;

namespace VoiceGlm.LanguageModel.Tests.Remote;

/// <summary>Which server a conversation goes to, how servers are watched, and what they are made to read ahead.</summary>
public sealed class EndpointPoolTests(GoldenModel golden)
{
    private static readonly RecordedTurn s_turn = RecordedTurn.Read("demo_audio");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Conversations_are_spread_over_the_servers_and_stay_where_they_began()
    {
        await using Servers servers = await Servers.StartAsync(golden, count: 2, change: static options => options with { MaxNewTokens = 3 });
        var sessions = new List<ILanguageModelSession>();
        for (int i = 0; i < 4; i++) sessions.Add(await ReplyAsync(await servers.BeginAsync(s_turn)));
        for (int i = 3; i >= 0; i--) await ReplyAsync(sessions[i]);

        Assert.Equal((4, 4), (servers[0].Asked.Count, servers[1].Asked.Count));
        // The places of those that end are taken first.
        await sessions[1].DisposeAsync();
        await sessions[3].DisposeAsync();
        for (int i = 0; i < 2; i++) sessions.Add(await ReplyAsync(await servers.BeginAsync(s_turn)));
        Assert.Equal((4, 6), (servers[0].Asked.Count, servers[1].Asked.Count));
        foreach (ILanguageModelSession session in sessions) await session.DisposeAsync();
    }

    [Fact]
    public async Task Conversation_moves_with_all_its_ids_when_its_server_cuts_it_off()
    {
        await using Servers servers = await Servers.StartAsync(golden, count: 2);
        await using ILanguageModelSession session = await ReplyAsync(await servers.BeginAsync(s_turn));
        servers[0].CutOnceAfter("", Task.CompletedTask);
        await session.ReadAsync("Go on.", Token);
        await ReplyAsync(session);

        Assert.Equal(2, servers[0].Asked.Count);
        AskedCompletion moved = await servers.AskedAsync(server: 1);
        Assert.Equal(s_turn.PromptIds.Select(static id => id.Value), moved.Prompt[..s_turn.PromptIds.Length]);
        Assert.False(servers.Model.Endpoints[0].IsHealthy);
        Assert.True(servers.Model.Endpoints[1].IsHealthy);
    }

    [Fact]
    public async Task Conversation_moves_when_its_server_is_gone()
    {
        await using Servers servers = await Servers.StartAsync(golden, count: 2);
        await using ILanguageModelSession session = await ReplyAsync(await servers.BeginAsync(s_turn));
        await servers[0].DisposeAsync();
        await session.ReadAsync("Go on.", Token);

        await ReplyAsync(session);

        Assert.Equal(1, servers[1].Asked.Count);
    }

    [Fact]
    public async Task Only_server_that_cannot_be_reached_fails_the_reply_with_its_address()
    {
        await using Servers servers = await Servers.StartAsync(golden, change: static options => options with { Retries = 0 });
        await using ILanguageModelSession session = await servers.BeginAsync(s_turn);
        Uri address = servers.Server.Address;
        await servers.Server.DisposeAsync();

        InvalidOperationException failed = await Assert.ThrowsAnyAsync<InvalidOperationException>(() => ReplyAsync(session));

        Assert.StartsWith($"The language model at {address} cannot be reached: ", failed.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(HttpStatusCode.ServiceUnavailable, null, "is not well: /health says 503.")]
    [InlineData(HttpStatusCode.OK, """{"object":"list","data":[{"id":"glm-4-9b-chat"},{"id":"other"}]}""", "serves 'glm-4-9b-chat', 'other', not 'glm-4-voice'.")]
    [InlineData(HttpStatusCode.OK, """{"object":"list","data":[]}""", "serves no model, not 'glm-4-voice'.")]
    [InlineData(HttpStatusCode.OK, """{"data":[null,{}]}""", "serves '', not 'glm-4-voice'.")]
    [InlineData(HttpStatusCode.OK, "nonsense", "does not answer as expected: ")]
    public async Task Server_that_is_unwell_or_serves_something_else_is_not_reached_until_that_is_over(HttpStatusCode health, string? models, string expected)
    {
        var time = new FakeTimeProvider();
        var told = System.Threading.Channels.Channel.CreateUnbounded<RemoteEndpointStatus>();
        await using LocalCompletionServer server = await LocalCompletionServer.StartAsync(static (_, _, _) => AsyncEnumerable.Empty<int>(), endToken: 0);
        (server.Health, server.Models) = (health, models);
        RemoteModelOptions options = Servers.Options(server.Address) with { Model = "glm-4-voice" };
        using RemoteVoiceModel model = RemoteVoiceModel.Load(golden.Folder, options, Servers.Meters, status => told.Writer.TryWrite(status), time);

        RemoteEndpointStatus unwell = await told.Reader.ReadAsync(Token);
        Assert.False(unwell.IsHealthy);
        Assert.Contains(expected, unwell.Reason, StringComparison.Ordinal);
        Task reached = model.WaitUntilReachedAsync(Token);
        Assert.False(reached.IsCompleted);

        (server.Health, server.Models) = (HttpStatusCode.OK, null);
        time.Advance(options.HealthInterval);
        await reached;

        Assert.Equal(new RemoteEndpointStatus(server.Address, true, $"{server.Address} serves 'glm-4-voice'."), await told.Reader.ReadAsync(Token));
    }

    [Fact]
    public async Task Server_without_a_page_for_its_health_is_judged_by_its_models()
    {
        await using Servers servers = await Servers.StartAsync(golden, prepare: static server => server.Health = HttpStatusCode.NotFound);

        Assert.True(Assert.Single(servers.Model.Endpoints).IsHealthy);
    }

    [Fact]
    public async Task Server_reads_ahead_what_would_be_felt_and_nobody_waits_for_it()
    {
        await using Servers servers = await Servers.StartAsync(golden, change: static options => options with { PrimeTokens = 100 });
        servers.Server.StallOnceAfter("");
        await using ILanguageModelSession session = servers.Model.CreateSession();
        await session.HearAsync(new SpeechTokenUpdate(0, s_turn.Speech.AsMemory(0, 10)), Token);
        Assert.Equal(0, servers.Server.Asked.Count);
        await session.HearAsync(new SpeechTokenUpdate(10, new SpeechToken[100]), Token);
        int heard = session.Position;
        // The server stalls what it gets first, which is to be this and not the reply.
        AskedCompletion primed = await servers.AskedAsync();
        await session.HearAsync(new SpeechTokenUpdate(110, new SpeechToken[90]), Token);
        await ReplyAsync(session);
        AskedCompletion replied = await servers.AskedAsync();

        Assert.Equal(1, primed.MaxTokens);
        Assert.Equal(replied.Prompt[..heard], primed.Prompt);
        Assert.False(primed.Aborted.IsCompleted);
        await session.DisposeAsync();
        await primed.Aborted.WaitAsync(Token);
    }

    [Fact]
    public async Task Server_reads_ahead_again_when_a_turn_was_forgotten_and_a_failure_of_it_is_not_felt()
    {
        await using Servers servers = await Servers.StartAsync(golden, change: static options => options with { PrimeTokens = 100 });
        await using ILanguageModelSession session = servers.Model.CreateSession();
        await session.ReadAsync("Hi", Token);
        await ReplyAsync(session);
        servers.Server.AnswerOnce(500, "");
        await session.HearAsync(new SpeechTokenUpdate(0, s_turn.Speech), Token);
        Assert.Equal(1, servers.Server.Asked.Count);
        Assert.True(session.ForgetOldestTurn());
        await session.HearAsync(new SpeechTokenUpdate(s_turn.Speech.Length, new SpeechToken[100]), Token);
        AskedCompletion[] asked = [await servers.AskedAsync(), await servers.AskedAsync()];
        await ReplyAsync(session);

        Assert.Equal(1, asked[1].MaxTokens);
        Assert.Equal(asked[1].Prompt, (await servers.AskedAsync()).Prompt[..asked[1].Prompt.Length]);
    }

    [Fact]
    public async Task Model_of_a_folder_without_its_graph_holds_conversations()
    {
        using var folder = new TemporaryFolder();
        foreach (string file in Directory.GetFiles(golden.Folder.Path).Where(static file => !file.Contains(".onnx", StringComparison.Ordinal)))
        {
            File.Copy(file, folder[Path.GetFileName(file)]);
        }

        await using Servers servers = await Servers.StartAsync(golden);
        Assert.Throws<ModelLoadException>(() => ModelFolder.Open(folder.Path));
        using RemoteVoiceModel model = RemoteVoiceModel.Load(
            ModelFolder.Open(folder.Path, without: ModelParts.LanguageModel), Servers.Options(servers.Server.Address), Servers.Meters);
        await using ILanguageModelSession session = model.CreateSession();
        await session.HearAsync(new SpeechTokenUpdate(0, s_turn.Speech), Token);

        Assert.Equal(Servers.Reply(golden, s_turn), await session.ReplyAsync(Token).OfType<ReplyPart.Speech>().Select(static part => part.Token).ToArrayAsync(Token));
    }

    [Fact]
    public async Task Figures_tell_of_first_tokens_rates_and_failures()
    {
        var told = new System.Collections.Concurrent.ConcurrentQueue<(string Name, double Value, string Tags)>();
        await using Servers servers = await Servers.StartAsync(golden);
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == RemoteModelMetrics.MeterName) self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Note(instrument, value, tags));
        listener.Start();

        servers.Server.AnswerOnce(429, "", retryAfter: "0");
        await using (ILanguageModelSession session = await servers.BeginAsync(s_turn)) await ReplyAsync(session);

        string server = $"server.address={servers.Server.Address.Authority}";
        Assert.Equal(1, Assert.Single(Figures("failures")).Value);
        Assert.Contains("error.type=busy", Assert.Single(Figures("failures")).Tags, StringComparison.Ordinal);
        Assert.True(Assert.Single(Figures("time_to_first_token")).Value > 0, "The first token took no time.");
        Assert.True(Assert.Single(Figures("token_rate")).Value > 0, "No token came.");

        void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
            told.Enqueue((instrument.Name, value, string.Join(' ', tags.ToArray().Select(static tag => $"{tag.Key}={tag.Value}"))));

        IEnumerable<(string Name, double Value, string Tags)> Figures(string name) =>
            told.Where(figure => figure.Name == "voiceglm.remote_model." + name && figure.Tags.Contains(server, StringComparison.Ordinal));
    }

    private static async Task<ILanguageModelSession> ReplyAsync(ILanguageModelSession session)
    {
        await foreach (ReplyPart _ in session.ReplyAsync(Token))
        {
        }

        return session;
    }
}
