using VoiceGlm.Inference;

namespace VoiceGlm.LanguageModel.Tests;

public sealed class GenerationTests(GoldenModel golden)
{
    private const int UserToken = 413;

    public static TheoryData<string> Prompts { get; } = ["demo_audio", "demo_text", "random37", "random2"];

    [Theory]
    [MemberData(nameof(Prompts))]
    public async Task Greedy_generation_gives_the_golden_ids(string prompt) =>
        Assert.Equal(Golden64(prompt), await GenerateAsync(golden.Model, prompt, 64));

    [Theory]
    [InlineData("demo_audio")]
    [InlineData("demo_text")]
    [InlineData("demo_audio_zh")]
    [InlineData("demo_turn2")]
    public async Task Generation_ends_at_the_golden_end_token(string prompt)
    {
        TokenId[] expected = GoldenModel.Ids("lm", "greedy_until_eos", $"{prompt}.tokens.npy");

        Assert.Equal(UserToken, expected[^1].Value);
        Assert.Equal(expected[..^1], await GenerateAsync(golden.Model, prompt, 1000));
    }

    // Chunks of 16: prompts of 2 to 205 tokens are read while others speak, so conversations join and leave at different steps.
    [Fact]
    public async Task Conversations_in_one_batch_give_the_golden_ids_while_others_join_and_leave()
    {
        using GlmVoiceModel model = golden.LoadModel(chunk: 16);
        (string Prompt, int Count)[] requests =
        [
            ("demo_text", 64), ("random2", 64), ("demo_turn2", 1000), ("random37", 20), ("demo_audio", 1000), ("random2", 3), ("random37", 64), ("demo_audio_zh", 1000),
        ];

        TokenId[][] answers = await Task.WhenAll(requests.Select(request => GenerateAsync(model, request.Prompt, request.Count)));

        foreach (((string prompt, int count), TokenId[] answer) in requests.Zip(answers))
        {
            TokenId[] expected = count == 1000 ? GoldenModel.Ids("lm", "greedy_until_eos", $"{prompt}.tokens.npy")[..^1] : [.. Golden64(prompt).Take(count)];
            Assert.Equal(expected, answer);
        }
    }

    [Fact]
    public async Task Second_use_of_a_place_gives_what_the_first_gave()
    {
        using GlmVoiceModel model = golden.LoadModel(slots: 1);

        Assert.Equal(Golden64("random37"), await GenerateAsync(model, "random37", 64));
        await GenerateAsync(model, "demo_audio", 30);
        Assert.Equal(Golden64("random37"), await GenerateAsync(model, "random37", 64));
    }

    [Fact]
    public async Task Cancelled_generation_ends_and_leaves_the_others_and_its_place_unharmed()
    {
        using GlmVoiceModel model = golden.LoadModel(chunk: 32, slots: 2);
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task<TokenId[]> other = GenerateAsync(model, "demo_audio", 64);
        int count = 0;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (TokenId _ in model.GenerateAsync(GoldenModel.Prompt("demo_text").ToArray(), SamplingOptions.Greedy, 1000, cancellation.Token))
            {
                if (++count == 5) await cancellation.CancelAsync();
            }
        });

        Assert.Equal(5, count);
        Assert.Equal(Golden64("demo_audio"), await other);
        Assert.Equal(Golden64("demo_text"), await GenerateAsync(model, "demo_text", 64));
    }

    [Fact]
    public async Task Seed_repeats_a_sampled_generation()
    {
        var sampling = new SamplingOptions { Temperature = 1.5f, TopK = 0, TopP = 0.95f, Seed = 5 };

        TokenId[] first = await GenerateAsync(golden.Model, "random2", 40, sampling);

        Assert.Equal(first, await GenerateAsync(golden.Model, "random2", 40, sampling));
        Assert.NotEqual(first, await GenerateAsync(golden.Model, "random2", 40, sampling with { Seed = 6 }));
    }

    [Fact]
    public async Task Generation_that_fills_the_context_ends_with_a_sentence()
    {
        using GlmVoiceModel model = golden.LoadModel(context: 40);
        var ids = new List<TokenId>();

        InvalidOperationException full = await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            await foreach (TokenId id in model.GenerateAsync(GoldenModel.Prompt("random37").ToArray(), SamplingOptions.Greedy, 64, TestContext.Current.CancellationToken)) ids.Add(id);
        });

        Assert.Contains("its context is 40 tokens", full.Message, StringComparison.Ordinal);
        Assert.Equal(Golden64("random37").Take(3), ids);
    }

    [Fact]
    public async Task Requests_to_a_device_that_has_ended_fail_instead_of_waiting()
    {
        var device = new InferenceDevice();
        using GlmVoiceModel model = GlmVoiceModel.Load(golden.Folder, device, new LanguageModelOptions { MaxSessions = 1, ContextLength = 64 });
        device.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => GenerateAsync(model, "random2", 8));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => GenerateAsync(model, "random2", 8));
    }

    [Fact]
    public async Task Disposed_model_generates_nothing_and_says_so()
    {
        GlmVoiceModel model = golden.LoadModel();
        model.Dispose();
        model.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => GenerateAsync(model, "random2", 8));
    }

    [Fact]
    public async Task Prompts_that_cannot_be_continued_are_refused_and_free_their_place()
    {
        using GlmVoiceModel model = golden.LoadModel(slots: 1, context: 20);

        await Assert.ThrowsAsync<InvalidOperationException>(() => GenerateAsync(model, "random37", 1));
        await Assert.ThrowsAsync<InvalidOperationException>(() => GenerateAsync(model, [], 1, SamplingOptions.Greedy));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => GenerateAsync(model, [new TokenId(768)], 1, SamplingOptions.Greedy));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => GenerateAsync(model, [new TokenId(1)], 0, SamplingOptions.Greedy));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => GenerateAsync(model, [new TokenId(1)], 1, new SamplingOptions { TopP = 0 }));
        Assert.Equal(Golden64("random2").Take(8), await GenerateAsync(model, "random2", 8));
    }

    // The recorded 64 ids of some prompts go on after an end token, as nobody's generation does.
    private static TokenId[] Golden64(string prompt) =>
        [.. GoldenModel.Ids("lm", "greedy64", $"{prompt}.tokens.npy").TakeWhile(static id => id.Value != UserToken)];

    private static Task<TokenId[]> GenerateAsync(GlmVoiceModel model, string prompt, int count, SamplingOptions? sampling = null) =>
        GenerateAsync(model, GoldenModel.Prompt(prompt).ToArray(), count, sampling ?? SamplingOptions.Greedy);

    private static async Task<TokenId[]> GenerateAsync(GlmVoiceModel model, TokenId[] prompt, int count, SamplingOptions sampling) =>
        await model.GenerateAsync(prompt, sampling, count, TestContext.Current.CancellationToken).ToArrayAsync(TestContext.Current.CancellationToken);
}
