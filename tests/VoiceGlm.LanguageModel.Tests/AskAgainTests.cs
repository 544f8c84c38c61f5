using System.Text.Json.Nodes;
using VoiceGlm.Inference;
using VoiceGlm.Testing;

namespace VoiceGlm.LanguageModel.Tests;

/// <summary>A model whose configuration says when it is too unsure to answer.</summary>
public sealed class AskAgainTests : IDisposable
{
    private const string Question = "Could you say it again?";

    private readonly TemporaryFolder _folder = new();
    private readonly InferenceDevice _device = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Improbable_words_are_not_said_and_the_question_is_read_aloud_instead()
    {
        using GlmVoiceModel model = Load(limit: -1e-6);
        await using ILanguageModelSession session = model.CreateSession();
        await session.HearAsync(new SpeechTokenUpdate(0, new SpeechToken[] { new(1), new(2) }), Token);
        ReplyPart[] reply = await session.ReplyAsync(Token).ToArrayAsync(Token);

        string expected = $"<|user|>\n<|begin_of_audio|><|audio_1|><|audio_2|><|end_of_audio|><|observation|>\n{Question}<|assistant|>streaming_transcription\n";
        string said = TextOf(model, session);
        Assert.Contains(expected, said, StringComparison.Ordinal);
        Assert.Equal(2, said.Split("streaming_transcription").Length);
        Assert.NotEmpty(reply);
        Assert.Equal(session.Position, reply[^1].Position);

        // What is said then is what the model says to these ids, asked afresh.
        TokenId[] ids = ((GlmVoiceSession)session).Ids.ToArray();
        int replied = Array.LastIndexOf(ids, model.Prompts.Assistant[0]) + model.Prompts.Assistant.Length;
        Assert.Equal(await model.GenerateAsync(ids.AsMemory(0, replied), SamplingOptions.Greedy, 20, Token).ToArrayAsync(Token), ids[replied..]);
    }

    [Fact]
    public async Task Probable_words_are_said_as_if_there_were_no_limit()
    {
        using GlmVoiceModel bold = Load(limit: null), careful = Load(limit: -1000);
        Assert.Equal(await AnswerAsync(bold), await AnswerAsync(careful));
    }

    [Fact]
    public async Task A_tools_answer_is_said_however_improbable()
    {
        using GlmVoiceModel model = Load(limit: -1e-6);
        await using ILanguageModelSession session = model.CreateSession();
        await session.ObserveAsync("Order 4711 left today.", Token);
        await session.ReplyAsync(Token).ToArrayAsync(Token);
        Assert.DoesNotContain(Question, TextOf(model, session), StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _device.Dispose();
        _folder.Dispose();
    }

    private static async Task<string> AnswerAsync(GlmVoiceModel model)
    {
        await using ILanguageModelSession session = model.CreateSession();
        await session.ReadAsync("One.", Token);
        ReplyPart[] parts = await session.ReplyAsync(Token).ToArrayAsync(Token);
        Assert.NotEmpty(parts);
        return string.Join(' ', parts.AsEnumerable()) + TextOf(model, session);
    }

    private static string TextOf(GlmVoiceModel model, ILanguageModelSession session) => model.Tokenizer.Decode(((GlmVoiceSession)session).Ids);

    private GlmVoiceModel Load(double? limit)
    {
        ModelFolder folder = ChangedModel.Convert(_folder, FormattableString.Invariant($"{limit}"), configuration =>
        {
            if (limit is not null) configuration["ask_again"] = new JsonObject { ["text"] = Question, ["log_probability"] = limit };
        });
        return GlmVoiceModel.Load(
            folder,
            _device,
            new LanguageModelOptions { Sampling = SamplingOptions.Greedy, MaxNewTokens = 20, ContextLength = 512, Graph = new GraphOptions { Threads = 1 } });
    }
}
