using VoiceGlm.Testing;

namespace VoiceGlm.LanguageModel.Tests;

public sealed class SamplerTests
{
    private static readonly Npy<float> s_logits = Npy.Read<float>("lm", "sampling", "logits.npy");

    [Theory]
    [InlineData("demo_t0.2_k50_p0.8", 0.2f, 50, 0.8f, new[] { 10, 20, 11, 17 })]
    [InlineData("t0.8_k50_p0.8", 0.8f, 50, 0.8f, new[] { 35, 37, 36, 37 })]
    [InlineData("t1.0_k0_p0.95", 1f, 0, 0.95f, new[] { 681, 682, 681, 683 })]
    [InlineData("t1_k5_p1", 1f, 5, 1f, new[] { 5, 5, 5, 5 })]
    public void Filters_keep_the_golden_tokens_with_the_golden_probabilities(string name, float temperature, int topK, float topP, int[] kept)
    {
        float[] expected = Npy.Read<float>("lm", "sampling", $"{name}.probs.npy").Values;
        int size = s_logits.Shape[1];
        var sampler = new Sampler(new SamplingOptions { Temperature = temperature, TopK = topK, TopP = topP }, size);
        for (int row = 0; row < kept.Length; row++)
        {
            float[] probabilities = Probabilities(sampler, s_logits.Values.AsSpan(row * size, size));

            Assert.Equal(kept[row], probabilities.Count(static probability => probability > 0));
            Close.Equal(expected.AsSpan(row * size, size), probabilities, 1e-6);
        }
    }

    [Fact]
    public void Min_p_drops_what_is_unlikely_beside_the_first()
    {
        var sampler = new Sampler(new SamplingOptions { Temperature = 1, TopK = 0, TopP = 1, MinP = 0.3f }, 4);

        float[] probabilities = Probabilities(sampler, [MathF.Log(0.1f), MathF.Log(0.2f), MathF.Log(0.5f), MathF.Log(0.14f)]);

        Close.Equal([0, 0.2f / 0.7f, 0.5f / 0.7f, 0], probabilities, 1e-6);
    }

    [Fact]
    public void One_token_is_always_kept()
    {
        var sampler = new Sampler(new SamplingOptions { Temperature = 1, TopK = 0, TopP = 1e-9f, MinP = 1 }, 3);

        Close.Equal([0, 1, 0], Probabilities(sampler, [1, 3, 2]), 0);
    }

    // 2 / 1.5 and −1 × 1.5, each once although the history has them twice.
    [Fact]
    public void Repetition_penalty_is_laid_once_on_each_token_of_the_history()
    {
        var sampler = new Sampler(new SamplingOptions { Temperature = 1, TopK = 0, TopP = 1, RepetitionPenalty = 1.5f }, 3);
        float[] weights = [MathF.Exp(2 / 1.5f), MathF.Exp(-1.5f), MathF.Exp(1)];
        TokenId[] history = [new(0), new(1), new(0), new(1)];

        for (int use = 0; use < 2; use++)
        {
            Close.Equal(Array.ConvertAll(weights, weight => weight / weights.Sum()), Probabilities(sampler, [2, -1, 1], history), 1e-6);
        }
    }

    [Fact]
    public void Temperature_zero_takes_the_first_of_the_largest()
    {
        var sampler = new Sampler(SamplingOptions.Greedy, 4);

        Assert.Equal(new TokenId(1), sampler.Next([1, 5, 5, 2], []));
    }

    [Fact]
    public void Equal_seeds_draw_equal_tokens_in_the_right_proportions()
    {
        var options = new SamplingOptions { Temperature = 1, TopK = 2, TopP = 1, Seed = 11 };
        float[] logits = [MathF.Log(0.2f), MathF.Log(0.1f), MathF.Log(0.6f)];
        var first = new Sampler(options, 3);
        var second = new Sampler(options, 3);
        int twos = 0;
        for (int i = 0; i < 4000; i++)
        {
            TokenId id = first.Next(logits, []);
            Assert.Equal(id, second.Next(logits, []));
            Assert.NotEqual(1, id.Value);
            if (id.Value == 2) twos++;
        }

        // Three standard deviations of 4,000 draws at 0.75.
        Assert.InRange(twos, 3000 - 83, 3000 + 83);
    }

    [Theory]
    [InlineData(50, 0.8f, 0f)]
    [InlineData(0, 0.8f, 0f)]
    [InlineData(0, 1f, 0.05f)]
    public void Nothing_is_allocated_per_token(int topK, float topP, float minP)
    {
        var random = new Random(1);
        float[] logits = [.. Enumerable.Range(0, 20_000).Select(_ => 10 * random.NextSingle())];
        var sampler = new Sampler(new SamplingOptions { Temperature = 0.7f, TopK = topK, TopP = topP, MinP = minP, RepetitionPenalty = 1.1f, Seed = 1 }, logits.Length);
        TokenId[] history = [new(1), new(2)];
        sampler.Next(logits, history);

        Assert.Equal(0, Allocations.Of(() =>
        {
            for (int i = 0; i < 10; i++) sampler.Next(logits, history);
        }));
    }

    [Fact]
    public void Options_outside_their_ranges_are_refused()
    {
        SamplingOptions[] wrong =
        [
            new() { Temperature = -1 }, new() { TopK = -1 }, new() { TopP = 0 }, new() { TopP = 1.1f }, new() { MinP = -0.1f }, new() { MinP = 2 }, new() { RepetitionPenalty = 0 },
        ];
        foreach (SamplingOptions options in wrong) Assert.Throws<ArgumentOutOfRangeException>(() => new Sampler(options, 4));
    }

    private static float[] Probabilities(Sampler sampler, ReadOnlySpan<float> logits, params ReadOnlySpan<TokenId> history)
    {
        var probabilities = new float[logits.Length];
        (ReadOnlyMemory<int> ids, ReadOnlyMemory<float> values) = sampler.Candidates(logits, history);
        for (int i = 0; i < ids.Length; i++) probabilities[ids.Span[i]] = values.Span[i];
        return probabilities;
    }
}
