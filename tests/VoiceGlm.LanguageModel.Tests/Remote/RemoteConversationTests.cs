using VoiceGlm.CompletionServer;

namespace VoiceGlm.LanguageModel.Tests.Remote;

/// <summary>A conversation that a server continues is the one that this process would have held, id by id.</summary>
public sealed class RemoteConversationTests(GoldenModel golden)
{
    private static readonly RecordedTurn s_turn = RecordedTurn.Read("demo_audio");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, true)]
    [InlineData(7, true)]
    [InlineData(3, false)]
    public async Task Remote_conversation_is_the_local_one_through_interruption_rewinding_and_forgetting(int idsPerEvent, bool tellsEndToken)
    {
        await using Servers servers = await Servers.StartAsync(
            golden, change: AtLength, prepare: server => (server.IdsPerEvent, server.TellsEndToken) = (idsPerEvent, tellsEndToken));
        await using ILanguageModelSession local = golden.Model.CreateSession();
        await using ILanguageModelSession remote = servers.Model.CreateSession();

        List<object> expected = await ConverseAsync(local);
        List<object> actual = await ConverseAsync(remote);

        Assert.Equal(expected, actual);
    }

    [Fact]
    public async Task Reply_is_the_recorded_one()
    {
        await using Servers servers = await Servers.StartAsync(golden, change: AtLength);
        await using ILanguageModelSession session = await servers.BeginAsync(s_turn);

        ReplyPart[] parts = await session.ReplyAsync(Token).ToArrayAsync(Token);

        Assert.Equal(s_turn.Text, string.Concat(parts.OfType<ReplyPart.Text>().Select(static part => part.Value)));
        Assert.Equal(s_turn.Reply, parts.OfType<ReplyPart.Speech>().Select(static part => part.Token));
        Assert.Equal([.. s_turn.PromptIds, .. s_turn.Generated[..^1]], IdsOf(session));
    }

    [Fact]
    public async Task Later_request_begins_with_the_ids_of_the_earlier_one_and_of_the_reply_that_was_heard()
    {
        await using Servers servers = await Servers.StartAsync(golden);
        await using ILanguageModelSession session = await servers.BeginAsync(s_turn);
        int heard = (await session.ReplyAsync(Token).ToArrayAsync(Token))[20].Position;
        session.Rewind(heard);
        await session.ReadAsync("Go on.", Token);
        await session.ReplyAsync(Token).ToArrayAsync(Token);

        int[] first = (await servers.AskedAsync()).Prompt;
        int[] second = (await servers.AskedAsync()).Prompt;

        Assert.Equal(s_turn.PromptIds.Select(static id => id.Value), first);
        Assert.Equal([.. first, .. s_turn.Generated.Take(heard - first.Length).Select(static id => id.Value)], second[..heard]);
    }

    [Fact]
    public async Task Settings_of_the_sampling_are_told_by_the_names_that_servers_know()
    {
        var sampling = new SamplingOptions { Temperature = 0.5f, TopK = 0, TopP = 0.75f, MinP = 0.125f, RepetitionPenalty = 1.5f, Seed = 7 };
        await using Servers servers = await Servers.StartAsync(golden, change: options => options with { Sampling = sampling, MaxNewTokens = 3 });
        await using ILanguageModelSession session = await servers.BeginAsync(s_turn, new SessionSettings { Temperature = 0.25f });
        await session.ReplyAsync(Token).ToArrayAsync(Token);
        session.Configure(new SessionSettings { TopP = 0.5f });
        await session.ReadAsync("Hi", Token);
        await session.ReplyAsync(Token).ToArrayAsync(Token);

        AskedCompletion first = await servers.AskedAsync();
        AskedCompletion second = await servers.AskedAsync();

        Assert.Equal(("glm-4-voice", 0.25, 0.75, -1, 0.125, 1.5), Told(first));
        Assert.Equal(("glm-4-voice", 0.5, 0.5, -1, 0.125, 1.5), Told(second));
        Assert.Equal(3, first.MaxTokens);
        Assert.Equal(golden.Model.Vocabulary.EndsOfTurn.Select(static id => id.Value), first.Body.GetProperty("stop_token_ids").EnumerateArray().Select(static id => id.GetInt32()));
        Assert.Equal(7 + first.Prompt.Length, first.Body.GetProperty("seed").GetInt32());
        Assert.Equal(7 + second.Prompt.Length, second.Body.GetProperty("seed").GetInt32());

        static (string?, double, double, int, double, double) Told(AskedCompletion asked) => (
            asked.Body.GetProperty("model").GetString(),
            asked.Body.GetProperty("temperature").GetDouble(),
            asked.Body.GetProperty("top_p").GetDouble(),
            asked.Body.GetProperty("top_k").GetInt32(),
            asked.Body.GetProperty("min_p").GetDouble(),
            asked.Body.GetProperty("repetition_penalty").GetDouble());
    }

    [Fact]
    public async Task Sampling_out_of_range_is_refused_when_the_session_begins()
    {
        await using Servers servers = await Servers.StartAsync(golden);

        Assert.Throws<ArgumentOutOfRangeException>(() => servers.Model.CreateSession(new SessionSettings { TopP = 2 }));
    }

    [Theory]
    [InlineData(1024, 200)]
    [InlineData(200, 1024)]
    public async Task Conversation_that_is_full_says_so_as_the_local_one_does(int own, int servers)
    {
        await using Servers all = await Servers.StartAsync(golden, change: options => AtLength(options) with { ContextLength = own }, prepare: server => server.MaxModelLength = servers);
        await using ILanguageModelSession session = await all.BeginAsync(s_turn);
        Assert.Equal(200, session.Capacity);
        var parts = new List<ReplyPart>();

        InvalidOperationException full = await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            await foreach (ReplyPart part in session.ReplyAsync(Token)) parts.Add(part);
        });

        Assert.Contains("its context is 200 tokens", full.Message, StringComparison.Ordinal);
        Assert.Equal(200, session.Position);
        AskedCompletion asked = await all.AskedAsync();
        Assert.Equal(200, asked.Prompt.Length + asked.MaxTokens);
        await Assert.ThrowsAsync<InvalidOperationException>(() => session.ReadAsync("Hi", Token));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(400)]
    public async Task Reply_that_came_to_its_end_leaves_its_connection_for_the_next(int longest)
    {
        await using Servers servers = await Servers.StartAsync(golden, change: options => options with { MaxNewTokens = longest, HealthInterval = TimeSpan.FromHours(1) });
        for (int i = 0; i < 3; i++)
        {
            await using ILanguageModelSession session = await servers.BeginAsync(s_turn);
            await session.ReplyAsync(Token).ToArrayAsync(Token);
        }

        string[] connections = [(await servers.AskedAsync()).Connection, (await servers.AskedAsync()).Connection, (await servers.AskedAsync()).Connection];
        Assert.Single(connections.Distinct());
    }

    [Fact]
    public async Task Reply_that_is_left_closes_its_request_at_the_server()
    {
        await using Servers servers = await Servers.StartAsync(golden);
        await using ILanguageModelSession session = await servers.BeginAsync(s_turn);
        servers.Server.StallOnceAfter(LocalCompletionServer.Event(0, 1));
        await foreach (ReplyPart _ in session.ReplyAsync(Token)) break;

        await (await servers.AskedAsync()).Aborted.WaitAsync(Token);
    }

    [Fact]
    public async Task Reply_that_is_cancelled_closes_its_request_at_the_server_and_leaves_what_was_told()
    {
        await using Servers servers = await Servers.StartAsync(golden);
        await using ILanguageModelSession session = await servers.BeginAsync(s_turn);
        servers.Server.StallOnceAfter(LocalCompletionServer.Event(0, 1));
        using var interruption = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await using IAsyncEnumerator<ReplyPart> parts = session.ReplyAsync(interruption.Token).GetAsyncEnumerator(Token);
        Assert.True(await parts.MoveNextAsync());
        Assert.True(await parts.MoveNextAsync());
        ValueTask<bool> third = parts.MoveNextAsync();

        await interruption.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await third);
        await (await servers.AskedAsync()).Aborted.WaitAsync(Token);
        Assert.Equal([.. s_turn.PromptIds, new TokenId(0), new TokenId(1)], IdsOf(session));
    }

    [Fact]
    public async Task Reply_that_is_cancelled_before_it_begins_closes_its_request_at_the_server()
    {
        await using Servers servers = await Servers.StartAsync(golden);
        await using ILanguageModelSession session = await servers.BeginAsync(s_turn);
        servers.Server.StallOnceAfter("");
        using var interruption = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Task<ReplyPart[]> reply = session.ReplyAsync(interruption.Token).ToArrayAsync(Token).AsTask();
        AskedCompletion asked = await servers.AskedAsync();

        await interruption.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reply);
        await asked.Aborted.WaitAsync(Token);
        Assert.Equal(s_turn.PromptIds, IdsOf(session));
    }

    [Fact]
    public async Task Disposed_session_ends_its_reply_and_its_request()
    {
        await using Servers servers = await Servers.StartAsync(golden);
        ILanguageModelSession session = await servers.BeginAsync(s_turn);
        servers.Server.StallOnceAfter(LocalCompletionServer.Event(0));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (ReplyPart _ in session.ReplyAsync(Token)) await session.DisposeAsync();
        });

        await (await servers.AskedAsync()).Aborted.WaitAsync(Token);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => session.ReadAsync("Hi", Token));
    }

    // As long-winded as the golden model.
    private static RemoteModelOptions AtLength(RemoteModelOptions options) => options with { MaxNewTokens = 400 };

    // All that a session is asked to do, and all that it says.
    private static async Task<List<object>> ConverseAsync(ILanguageModelSession session)
    {
        var told = new List<object>();
        await session.HearAsync(new SpeechTokenUpdate(0, s_turn.Speech.AsMemory(0, 20)), Token);
        int heard = session.Position;
        Note();
        await ReplyAsync(longest: 9);
        session.Rewind(heard);
        await session.HearAsync(new SpeechTokenUpdate(20, new SpeechToken[5]), Token);
        await session.HearAsync(new SpeechTokenUpdate(20, s_turn.Speech.AsMemory(20)), Token);
        await ReplyAsync(longest: 60);
        session.Rewind(((ReplyPart)told[^30]).Position);
        await session.ReadAsync("Tell me about the moon. 介绍一下月亮。", Token);
        await ReplyAsync(longest: int.MaxValue);
        await session.HearAsync(new SpeechTokenUpdate(0, s_turn.Speech.AsMemory(7, 12)), Token);
        told.Add(session.ForgetOldestTurn());
        Note();
        await ReplyAsync(longest: 100);
        await session.ObserveAsync("It rains.", Token);
        await ReplyAsync(longest: 15);
        await session.HearAsync(new SpeechTokenUpdate(0, s_turn.Speech), Token);
        told.Add(session.ForgetOldestTurn());
        await ReplyAsync(longest: int.MaxValue);
        return told;

        async Task ReplyAsync(int longest)
        {
            int parts = 0;
            await foreach (ReplyPart part in session.ReplyAsync(Token))
            {
                told.Add(part);
                if (++parts == longest) break;
            }

            Note();
        }

        void Note()
        {
            told.Add((session.Position, session.UnansweredSpeechTokens));
            told.Add(string.Join(' ', IdsOf(session).Select(static id => id.Value)));
        }
    }

    private static TokenId[] IdsOf(ILanguageModelSession session) => ((GlmVoiceSession)session).Ids.ToArray();
}
