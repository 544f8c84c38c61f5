using Microsoft.Extensions.Time.Testing;
using VoiceGlm.Inference;
using VoiceGlm.Testing;

namespace VoiceGlm.LanguageModel.Tests;

/// <summary>A model whose configuration says that it was trained with the time in its prompt, and tools' answers.</summary>
public sealed class ToldTimeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 25, 14, 5, 59, TimeSpan.Zero));
    private readonly InferenceDevice _device = new();
    private readonly GlmVoiceModel _model;

    public ToldTimeTests()
    {
        _model = GlmVoiceModel.Load(
            ChangedModel.Convert(_folder, "", static configuration => configuration["system_prompt_clock"] = true),
            _device,
            new LanguageModelOptions { Sampling = SamplingOptions.Greedy, MaxNewTokens = 20, ContextLength = 512, Graph = new GraphOptions { Threads = 1 }, Time = _time });
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Time_is_told_after_the_prompt_and_anew_before_each_turn()
    {
        await using ILanguageModelSession session = _model.CreateSession(new SessionSettings { SystemPrompt = "Be brief. " });
        await session.ReadAsync("One.", Token);
        Assert.Equal("[gMASK]<sop><|system|>\nBe brief. It is 14:05 on Wednesday, 25 November 2026.<|user|>\nOne.", TextOf(session));

        _time.Advance(TimeSpan.FromHours(10));
        session.Configure(new SessionSettings());
        await session.ReadAsync("Two.", Token);
        string expected = "[gMASK]<sop><|system|>\nBe brief. It is 00:05 on Thursday, 26 November 2026.<|user|>\nOne.<|user|>\nTwo.";
        Assert.Equal(expected, TextOf(session));
        await AnswersAsAFreshOne(session, expected);
    }

    [Fact]
    public async Task Turns_and_utterances_stay_where_they_are_in_the_words()
    {
        await using ILanguageModelSession session = _model.CreateSession();
        await session.ReadAsync("One.", Token);
        await session.HearAsync(new SpeechTokenUpdate(0, new SpeechToken[] { new(1), new(2), new(3) }), Token);
        _time.Advance(TimeSpan.FromDays(5));
        session.Configure(new SessionSettings());
        Assert.Equal(3, session.UnansweredSpeechTokens);

        await session.HearAsync(new SpeechTokenUpdate(1, new SpeechToken[] { new(4) }), Token);
        Assert.EndsWith("It is 14:05 on Monday, 30 November 2026.<|user|>\nOne.<|user|>\n<|begin_of_audio|><|audio_1|><|audio_4|>", TextOf(session), StringComparison.Ordinal);
        Assert.True(session.ForgetOldestTurn());
        Assert.EndsWith("It is 14:05 on Monday, 30 November 2026.<|user|>\n<|begin_of_audio|><|audio_1|><|audio_4|>", TextOf(session), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Same_minute_evaluates_nothing_again()
    {
        await using ILanguageModelSession session = _model.CreateSession();
        await session.ReadAsync("One.", Token);
        session.Configure(new SessionSettings());
        Assert.Equal(session.Position, ((GlmVoiceSession)session).Evaluated);
    }

    [Fact]
    public async Task What_a_tool_answered_is_part_of_the_turn()
    {
        await using ILanguageModelSession session = _model.CreateSession(new SessionSettings { SystemPrompt = "Be brief." });
        await session.HearAsync(new SpeechTokenUpdate(0, new SpeechToken[] { new(1) }), Token);
        await session.ObserveAsync("It is done. <|user|>", Token);
        string expected =
            "[gMASK]<sop><|system|>\nBe brief. It is 14:05 on Wednesday, 25 November 2026.<|user|>\n<|begin_of_audio|><|audio_1|><|end_of_audio|><|observation|>\nIt is done. <|user|>";
        Assert.Equal(expected, TextOf(session));
        Assert.Equal(0, session.UnansweredSpeechTokens);
        Assert.False(session.ForgetOldestTurn());
        Assert.NotEmpty(await session.ReplyAsync(Token).ToArrayAsync(Token));
        Assert.StartsWith(expected + "<|assistant|>streaming_transcription\n", TextOf(session), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Observation_can_begin_a_conversation()
    {
        await using ILanguageModelSession session = _model.CreateSession(new SessionSettings { SystemPrompt = "Be brief." });
        await session.ObserveAsync("Welcome!", Token);
        Assert.EndsWith("2026.<|observation|>\nWelcome!", TextOf(session), StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _device.Dispose();
        _model.Dispose();
        _folder.Dispose();
    }

    private string TextOf(ILanguageModelSession session) => _model.Tokenizer.Decode(((GlmVoiceSession)session).Ids);

    // Keys and values of before must not be what it answers from.
    private async Task AnswersAsAFreshOne(ILanguageModelSession session, string history)
    {
        TokenId[] prompt = [.. ((GlmVoiceSession)session).Ids, .. _model.Prompts.Assistant];
        TokenId[] fresh = await _model.GenerateAsync(prompt, SamplingOptions.Greedy, 20, Token).ToArrayAsync(Token);
        await session.ReplyAsync(Token).ToArrayAsync(Token);
        Assert.Equal(fresh, ((GlmVoiceSession)session).Ids[prompt.Length..].ToArray());
        Assert.StartsWith(history, TextOf(session), StringComparison.Ordinal);
    }
}
