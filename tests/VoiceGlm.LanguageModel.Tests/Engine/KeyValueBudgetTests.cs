using VoiceGlm.Inference;

namespace VoiceGlm.LanguageModel.Tests;

public sealed class KeyValueBudgetTests(GoldenModel golden)
{
    // Two buffers for each of 3 layers: 2 heads × (9 + 1) rows × 8 values.
    private static readonly KeyValueShape s_shape = new(Layers: 3, Heads: 2, HeadSize: 8, Capacity: 9, InHalf: false);

    [Theory]
    [InlineData(false, 3_840)]
    [InlineData(true, 1_920)]
    public void Session_takes_keys_and_values_of_all_layers_and_one_row_more_than_its_tokens(bool inHalf, long bytes) =>
        Assert.Equal(bytes, (s_shape with { InHalf = inHalf }).BytesOfSession);

    [Fact]
    public void Shape_of_the_published_model_takes_what_its_configuration_says()
    {
        var published = new KeyValueShape(Layers: 40, Heads: 2, HeadSize: 128, Capacity: 8192, InHalf: true);
        Assert.Equal(335_585_280, published.BytesOfSession);
    }

    [Theory]
    [InlineData(8, 3_840 * 100, 8)]
    [InlineData(8, 3_840 * 8, 8)]
    [InlineData(8, (3_840 * 8) - 1, 7)]
    [InlineData(8, 3_840, 1)]
    public void As_many_are_held_as_are_asked_for_and_fit(int asked, long budget, int held) =>
        Assert.Equal(held, KeyValueBudget.Of(s_shape, Options(asked, budget), freeBytes: 0, "model").Sessions);

    [Fact]
    public void Three_quarters_of_what_is_free_are_taken_where_nothing_is_said() =>
        Assert.Equal(3, KeyValueBudget.Of(s_shape, Options(8, null), freeBytes: 4 * 3_840, "model").Sessions);

    [Fact]
    public void Memory_for_not_even_one_is_refused_with_the_number_needed()
    {
        ModelLoadException exception = Assert.Throws<ModelLoadException>(
            () => KeyValueBudget.Of(s_shape with { Capacity = 999_999 }, Options(1, 5_000_000), freeBytes: 0, "model"));
        Assert.Equal(
            "model: expected 384.0 MB of keys and values for 999999 tokens of one conversation, found 5.0 MB for them; shorten ContextLength, or convert the model to compute in fp16.",
            exception.Message);
    }

    [Fact]
    public async Task Conversation_beyond_the_memory_is_refused_with_the_numbers_and_let_in_when_another_has_left()
    {
        using GlmVoiceModel whole = Load(new LanguageModelOptions { MaxSessions = 8, ContextLength = 32 });
        Assert.Equal(8, whole.MaxSessions);
        using GlmVoiceModel model = Load(new LanguageModelOptions { MaxSessions = 8, ContextLength = 32, KeyValueBytes = (2 * whole.BytesOfSession) + 1 });
        Assert.Equal(2, model.MaxSessions);
        ILanguageModelSession first = model.CreateSession();
        _ = model.CreateSession();

        InvalidOperationException exception = Assert.Throws<InvalidOperationException>(() => model.CreateSession());
        Assert.Contains("All 2 places for conversations are taken; each takes", exception.Message, StringComparison.Ordinal);
        Assert.Contains("of keys and values for 32 tokens", exception.Message, StringComparison.Ordinal);

        await first.DisposeAsync();
        Assert.NotNull(model.CreateSession());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(8)]
    [InlineData(32)]
    public async Task Conversations_of_any_batch_continue_as_each_does_alone(int batch)
    {
        using GlmVoiceModel model = Load(new LanguageModelOptions { MaxSessions = batch, ContextLength = 64 });
        List<int>[] together = await Task.WhenAll(Enumerable.Range(0, batch).Select(conversation => ContinueAsync(model, conversation)));
        for (int conversation = 0; conversation < batch; conversation += Math.Max(1, batch / 4))
        {
            Assert.Equal(await ContinueAsync(model, conversation), together[conversation]);
        }
    }

    [Fact]
    public async Task Measuring_takes_free_places_and_gives_them_back()
    {
        using GlmVoiceModel model = Load(new LanguageModelOptions { MaxSessions = 3, ContextLength = 24, PrefillChunk = 4 });
        for (int i = 0; i < 2; i++)
        {
            DecodeMeasurement time = await model.MeasureAsync(3, promptTokens: 9, steps: 7, TestContext.Current.CancellationToken);
            Assert.True(time.Reading > TimeSpan.Zero && time.Speaking > TimeSpan.Zero);
        }

        await Assert.ThrowsAsync<InvalidOperationException>(() => model.MeasureAsync(4, 1, 1, TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<InvalidOperationException>(() => model.MeasureAsync(1, 10, 15, TestContext.Current.CancellationToken));
        Assert.Equal(3, (await Task.WhenAll(Enumerable.Range(0, 3).Select(conversation => ContinueAsync(model, conversation)))).Length);
    }

    private static async Task<List<int>> ContinueAsync(GlmVoiceModel model, int conversation)
    {
        TokenId[] prompt = [.. Enumerable.Range(0, 3 + (conversation % 5)).Select(i => new TokenId(10 + (conversation * 7) + i))];
        List<int> ids = [];
        await foreach (TokenId id in model.GenerateAsync(prompt, new SamplingOptions { Temperature = 0 }, 12, TestContext.Current.CancellationToken)) ids.Add(id.Value);
        return ids;
    }

    private GlmVoiceModel Load(LanguageModelOptions options) =>
        GlmVoiceModel.Load(golden.Folder, golden.Device, options with { Graph = new GraphOptions { Threads = 1 } });

    private static LanguageModelOptions Options(int sessions, long? budget) => new() { MaxSessions = sessions, KeyValueBytes = budget };
}
