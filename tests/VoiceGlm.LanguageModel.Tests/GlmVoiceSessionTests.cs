using VoiceGlm.Inference;
using VoiceGlm.Testing;

namespace VoiceGlm.LanguageModel.Tests;

public sealed class GlmVoiceSessionTests(GoldenModel golden)
{
    private static readonly RecordedTurn s_turn = RecordedTurn.Read("demo_audio");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    public async Task Speech_heard_in_pieces_is_answered_as_recorded(int piece)
    {
        await using ILanguageModelSession session = golden.Model.CreateSession();
        for (int first = 0; first < s_turn.Speech.Length; first += piece)
        {
            await session.HearAsync(new SpeechTokenUpdate(first, s_turn.Speech.AsMemory(first, Math.Min(piece, s_turn.Speech.Length - first))), Token);
        }

        ReplyPart[] parts = await session.ReplyAsync(Token).ToArrayAsync(Token);

        AssertRecorded(s_turn, parts);
        Assert.Equal([.. s_turn.PromptIds, .. s_turn.Generated[..^1]], IdsOf(session));
    }

    [Fact]
    public async Task Speech_tokens_that_were_replaced_leave_no_trace()
    {
        await using ILanguageModelSession session = golden.Model.CreateSession();
        await session.HearAsync(new SpeechTokenUpdate(0, s_turn.Speech.AsMemory(0, 20)), Token);
        await session.HearAsync(new SpeechTokenUpdate(20, new SpeechToken[15]), Token);
        await session.HearAsync(new SpeechTokenUpdate(20, s_turn.Speech.AsMemory(20)), Token);

        AssertRecorded(s_turn, await session.ReplyAsync(Token).ToArrayAsync(Token));
    }

    [Fact]
    public async Task Reply_that_was_begun_too_early_is_forgotten_when_the_user_goes_on()
    {
        await using ILanguageModelSession session = golden.Model.CreateSession();
        await session.HearAsync(new SpeechTokenUpdate(0, s_turn.Speech.AsMemory(0, 30)), Token);
        int heard = session.Position;
        await foreach (ReplyPart part in session.ReplyAsync(Token))
        {
            if (part.Position > heard + 12) break;
        }

        session.Rewind(heard);
        await session.HearAsync(new SpeechTokenUpdate(30, s_turn.Speech.AsMemory(30)), Token);

        AssertRecorded(s_turn, await session.ReplyAsync(Token).ToArrayAsync(Token));
    }

    [Fact]
    public async Task Interrupted_reply_is_cut_to_what_was_heard_and_goes_on_from_there()
    {
        await using ILanguageModelSession session = golden.Model.CreateSession();
        await session.HearAsync(new SpeechTokenUpdate(0, s_turn.Speech), Token);
        var parts = new List<ReplyPart>();
        using var interruption = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (ReplyPart part in session.ReplyAsync(interruption.Token))
            {
                parts.Add(part);
                if (parts.Count == 60) await interruption.CancelAsync();
            }
        });
        Assert.Equal(parts[^1].Position, session.Position);

        session.Rewind(parts[25].Position);
        await session.ReadAsync("Go on.", Token);

        int kept = parts[25].Position - s_turn.PromptIds.Length;
        Assert.Equal([.. s_turn.PromptIds, .. s_turn.Generated[..kept], .. golden.Model.Prompts.Text("Go on.")], IdsOf(session));
        session.Rewind(s_turn.PromptIds.Length - golden.Model.Prompts.Assistant.Length);
        AssertRecorded(s_turn, await session.ReplyAsync(Token).ToArrayAsync(Token));
    }

    [Fact]
    public async Task Later_turn_follows_the_ids_of_the_reply()
    {
        RecordedTurn first = RecordedTurn.Read("demo_text");
        await using ILanguageModelSession session = golden.Model.CreateSession();
        await session.ReadAsync("Tell me about the moon. 介绍一下月亮。", Token);
        AssertRecorded(first, await session.ReplyAsync(Token).ToArrayAsync(Token));

        await session.HearAsync(new SpeechTokenUpdate(0, s_turn.Speech), Token);
        await session.HearAsync(new SpeechTokenUpdate(s_turn.Speech.Length, new SpeechToken[] { new(3) }), Token);

        Assert.Equal(
            [.. first.PromptIds, .. first.Generated[..^1], .. golden.Model.Prompts.BeginSpeech, .. golden.Model.Prompts.Speech([.. s_turn.Speech, new(3)])],
            IdsOf(session));
        Assert.NotEmpty(await session.ReplyAsync(Token).Take(3).ToArrayAsync(Token));
    }

    [Fact]
    public async Task Cancelled_hearing_keeps_the_tokens_and_the_session()
    {
        await using ILanguageModelSession session = golden.Model.CreateSession();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => session.HearAsync(new SpeechTokenUpdate(0, s_turn.Speech), new CancellationToken(canceled: true)));

        AssertRecorded(s_turn, await session.ReplyAsync(Token).ToArrayAsync(Token));
    }

    [Fact]
    public async Task Disposed_session_ends_its_reply_and_frees_its_place()
    {
        using GlmVoiceModel model = golden.LoadModel(slots: 1);
        ILanguageModelSession session = model.CreateSession();
        await session.HearAsync(new SpeechTokenUpdate(0, s_turn.Speech), Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (ReplyPart _ in session.ReplyAsync(Token)) await session.DisposeAsync();
        });

        await using ILanguageModelSession next = model.CreateSession();
        await next.HearAsync(new SpeechTokenUpdate(0, s_turn.Speech), Token);
        AssertRecorded(s_turn, await next.ReplyAsync(Token).ToArrayAsync(Token));
    }

    [Fact]
    public async Task Misuse_is_told_by_a_sentence()
    {
        using GlmVoiceModel model = golden.LoadModel(slots: 1);
        await using ILanguageModelSession session = model.CreateSession(new SessionSettings { SystemPrompt = "Be brief." });

        Assert.Throws<InvalidOperationException>(() => model.CreateSession());
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await session.ReplyAsync(Token).ToArrayAsync(Token));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => session.HearAsync(new SpeechTokenUpdate(1, s_turn.Speech), Token));
        await session.HearAsync(new SpeechTokenUpdate(0, s_turn.Speech), Token);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => session.HearAsync(new SpeechTokenUpdate(s_turn.Speech.Length + 1, s_turn.Speech), Token));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => session.HearAsync(new SpeechTokenUpdate(0, new SpeechToken[] { new(256) }), Token));
        Assert.Throws<ArgumentOutOfRangeException>(() => session.Rewind(session.Position + 1));
        await foreach (ReplyPart _ in session.ReplyAsync(Token))
        {
            InvalidOperationException busy = Assert.Throws<InvalidOperationException>(() => session.Rewind(0));
            Assert.Contains("busy", busy.Message, StringComparison.Ordinal);
            break;
        }

        session.Rewind(0);
    }

    [Fact]
    public async Task Conversation_without_its_oldest_turn_is_one_that_never_had_it()
    {
        await using ILanguageModelSession session = golden.Model.CreateSession();
        await session.HearAsync(new SpeechTokenUpdate(0, new SpeechToken[17]), Token);
        await foreach (ReplyPart part in session.ReplyAsync(Token))
        {
            if (part.Position > 100) break;
        }

        Assert.False(session.ForgetOldestTurn());
        await session.HearAsync(new SpeechTokenUpdate(0, s_turn.Speech), Token);
        Assert.Equal(s_turn.Speech.Length, session.UnansweredSpeechTokens);
        Assert.True(session.ForgetOldestTurn());

        Assert.Equal(s_turn.Speech.Length, session.UnansweredSpeechTokens);
        AssertRecorded(s_turn, await session.ReplyAsync(Token).ToArrayAsync(Token));
        Assert.Equal(0, session.UnansweredSpeechTokens);
        Assert.Equal([.. s_turn.PromptIds, .. s_turn.Generated[..^1]], IdsOf(session));
    }

    [Fact]
    public async Task Words_after_unanswered_speech_are_a_turn_of_their_own()
    {
        await using ILanguageModelSession session = golden.Model.CreateSession();
        await session.HearAsync(new SpeechTokenUpdate(0, s_turn.Speech), Token);
        await session.ReadAsync("Hi", Token);

        PromptBuilder prompts = golden.Model.Prompts;
        Assert.Equal(
            [.. prompts.Begin(InputMode.Speech), .. prompts.BeginSpeech, .. prompts.Speech(s_turn.Speech), .. prompts.EndSpeech, .. prompts.Text("Hi")], IdsOf(session));
    }

    [Fact]
    public void Model_is_refused_where_there_is_none_or_an_option_is_out_of_range()
    {
        using var folder = new TemporaryFolder();
        new ModelManifest { Format = 1, Name = "none", Sources = new Dictionary<string, ModelSource>(), Graphs = new Dictionary<string, GraphDescription>(), Files = [] }.Write(folder.Path);

        Assert.Contains("a language model", Assert.Throws<ModelLoadException>(() => GlmVoiceModel.Load(ModelFolder.Open(folder.Path), golden.Device, new())).Message, StringComparison.Ordinal);
        LanguageModelOptions[] wrong =
        [
            new() { MaxSessions = 0 }, new() { PrefillChunk = 0 }, new() { MaxNewTokens = 0 }, new() { ContextLength = 0 }, new() { ContextLength = 8193 },
        ];
        foreach (LanguageModelOptions options in wrong) Assert.Throws<ArgumentOutOfRangeException>(() => GlmVoiceModel.Load(golden.Folder, golden.Device, options));
    }

    [Fact]
    public void Router_says_nothing_of_special_and_unknown_ids()
    {
        var router = new ReplyRouter(golden.Model.Tokenizer, golden.Model.Vocabulary);

        Assert.Null(router.Route(golden.Model.Tokenizer.SpecialToken("<|begin_of_audio|>"), 1));
        Assert.Null(router.Route(new TokenId(767), 2));
        Assert.Null(router.Route(new TokenId(413), 3));
        Assert.Equal(new ReplyPart.Speech(new SpeechToken(2)) { Position = 4 }, router.Route(new TokenId(426), 4));
        Assert.Equal(new ReplyPart.Text("!") { Position = 5 }, router.Route(new TokenId(0), 5));
    }

    private static void AssertRecorded(RecordedTurn turn, ReplyPart[] parts)
    {
        Assert.Equal(turn.Text, string.Concat(parts.OfType<ReplyPart.Text>().Select(static part => part.Value)));
        Assert.Equal(turn.Reply, parts.OfType<ReplyPart.Speech>().Select(static part => part.Token));
        int[] positions = [.. parts.Select(static part => part.Position)];
        Assert.Equal(positions.Order(), positions);
        Assert.Equal(turn.PromptIds.Length + turn.Generated.Length - 1, positions[^1]);
    }

    private static TokenId[] IdsOf(ILanguageModelSession session) => ((GlmVoiceSession)session).Ids.ToArray();
}
