using VoiceGlm.Testing;

namespace VoiceGlm.LanguageModel.Tests;

public sealed class LanguageModelEngineTests(GoldenModel golden)
{
    private const double Tolerance = 5e-5;
    private const int Vocabulary = 768;

    [Theory]
    [InlineData("one", "logits", 256)]
    [InlineData("random2", "logits", 256)]
    [InlineData("random37", "logits", 256)]
    [InlineData("random37", "logits", 16)]
    [InlineData("random37", "logits", 1)]
    [InlineData("demo_text", "logits", 256)]
    [InlineData("demo_text", "logits", 23)]
    [InlineData("demo_audio", "logits_last16", 256)]
    [InlineData("demo_audio", "logits_last16", 50)]
    [InlineData("demo_audio_zh", "logits_last16", 256)]
    [InlineData("demo_turn2", "logits_last16", 256)]
    [InlineData("demo_turn2", "logits_last16", 100)]
    public void Extend_gives_the_golden_logits_whatever_the_chunks(string prompt, string golds, int chunk)
    {
        float[] expected = Npy.Read<float>("lm", "prompts", $"{prompt}.{golds}.npy").Values;
        using LanguageModelEngine engine = golden.CreateEngine(chunk);
        using ConversationContext context = engine.CreateContext();

        context.Append(GoldenModel.Prompt(prompt));
        var logits = new float[expected.Length];
        engine.Extend(context, logits, TestContext.Current.CancellationToken);

        Close.Equal(expected, logits, Tolerance);
    }

    [Fact]
    public void Extend_leaves_the_golden_keys_and_values_in_the_cache()
    {
        using LanguageModelEngine engine = golden.CreateEngine(chunk: 16);
        using ConversationContext other = engine.CreateContext();
        using ConversationContext context = engine.CreateContext();
        context.Append(GoldenModel.Prompt("random37"));
        engine.Extend(context, [], TestContext.Current.CancellationToken);

        for (int layer = 0; layer < golden.Manifest.Layers; layer++)
        {
            using Inference.Tensor keys = engine.Cache.Keys(layer, context.Slot, 1);
            using Inference.Tensor values = engine.Cache.Values(layer, context.Slot, 1);
            Close.Equal(Npy.Read<float>("lm", "random37_intermediate", $"key_cache_layer{layer}.npy").Values, FirstRows(keys, 37), Tolerance);
            Close.Equal(Npy.Read<float>("lm", "random37_intermediate", $"value_cache_layer{layer}.npy").Values, FirstRows(values, 37), Tolerance);
        }
    }

    [Fact]
    public void Tokens_taken_in_pieces_and_one_by_one_give_the_golden_logits()
    {
        ReadOnlySpan<TokenId> prompt = GoldenModel.Prompt("random37");
        using LanguageModelEngine engine = golden.CreateEngine();
        using ConversationContext context = engine.CreateContext();
        var logits = new float[37 * Vocabulary];

        context.Append(prompt[..20]);
        engine.Extend(context, logits.AsSpan(0, 20 * Vocabulary), TestContext.Current.CancellationToken);
        for (int i = 20; i < 32; i++)
        {
            context.Append(prompt[i]);
            engine.Step([context], logits.AsSpan(i * Vocabulary, Vocabulary));
        }

        context.Append(prompt[32..]);
        engine.Extend(context, logits.AsSpan(32 * Vocabulary), TestContext.Current.CancellationToken);

        Close.Equal(Npy.Read<float>("lm", "incremental", "random37_prefill20_then_12x1_then_5.logits.npy").Values, logits, Tolerance);
    }

    // Slots 0, 2 and 4 take part; 1 is free and 3 is a conversation that waits: neither may disturb or be disturbed.
    [Fact]
    public void Step_of_conversations_of_different_lengths_gives_the_golden_logits_and_ids()
    {
        string[] prompts = ["demo_text", "random37", "random2"];
        float[] expected = Npy.Read<float>("lm", "left_padded_batch", "greedy16_logits.npy").Values;
        TokenId[] ids = GoldenModel.Ids("lm", "left_padded_batch", "greedy16.npy");
        using LanguageModelEngine engine = golden.CreateEngine(slots: 5);
        ConversationContext[] slots = [.. Enumerable.Range(0, 5).Select(_ => engine.CreateContext())];
        ConversationContext[] contexts = [slots[0], slots[2], slots[4]];
        slots[1].Dispose();
        ConversationContext waiting = slots[3];
        waiting.Append(GoldenModel.Prompt("demo_text")[..50]);
        engine.Extend(waiting, [], TestContext.Current.CancellationToken);
        var logits = new float[3 * Vocabulary];
        for (int i = 0; i < 3; i++)
        {
            contexts[i].Append(GoldenModel.Prompt(prompts[i]));
            engine.Extend(contexts[i], logits.AsSpan(i * Vocabulary, Vocabulary), TestContext.Current.CancellationToken);
        }

        for (int step = 0; step < 16; step++)
        {
            for (int i = 0; i < 3; i++)
            {
                int at = (i * 16) + step;
                Close.Equal(expected.AsSpan(at * Vocabulary, Vocabulary), logits.AsSpan(i * Vocabulary, Vocabulary), Tolerance);
                contexts[i].Append(ids[at]);
            }

            engine.Step(contexts, logits);
        }

        waiting.Append(GoldenModel.Prompt("demo_text")[50..]);
        engine.Extend(waiting, logits.AsSpan(0, Vocabulary), TestContext.Current.CancellationToken);
        Close.Equal(expected.AsSpan(0, Vocabulary), logits.AsSpan(0, Vocabulary), Tolerance);
    }

    [Fact]
    public void Rewound_conversation_continues_as_a_fresh_one_does()
    {
        ReadOnlySpan<TokenId> prompt = GoldenModel.Prompt("random37");
        float[] expected = Npy.Read<float>("lm", "prompts", "random37.logits.npy").Values;
        using LanguageModelEngine engine = golden.CreateEngine();
        using ConversationContext context = engine.CreateContext();
        context.Append([.. prompt[..25], .. GoldenModel.Prompt("demo_audio")]);
        engine.Extend(context, [], TestContext.Current.CancellationToken);

        context.Rewind(25);
        Assert.Equal(25, context.Evaluated);
        context.Append(prompt[25..]);
        var logits = new float[12 * Vocabulary];
        engine.Extend(context, logits, TestContext.Current.CancellationToken);

        Close.Equal(expected.AsSpan(25 * Vocabulary), logits, Tolerance);
    }

    // Greedy steps of all four in one batch, past end tokens, and again after a rewind: 4 × 64 ids and the logits at four of the steps.
    [Fact]
    public void Batched_greedy_steps_give_the_golden_ids_and_logits_at_first_and_after_a_rewind()
    {
        string[] prompts = ["demo_audio", "demo_text", "random37", "random2"];
        using LanguageModelEngine engine = golden.CreateEngine(chunk: 40);
        ConversationContext[] contexts = [.. prompts.Select(_ => engine.CreateContext())];
        var logits = new float[4 * Vocabulary];
        for (int round = 0; round < 2; round++)
        {
            for (int i = 0; i < 4; i++)
            {
                ReadOnlySpan<TokenId> prompt = GoldenModel.Prompt(prompts[i]);
                if (round == 0) contexts[i].Append(prompt);
                else contexts[i].Rewind(prompt.Length);
                contexts[i].ReopenLast();
                engine.Extend(contexts[i], logits.AsSpan(i * Vocabulary, Vocabulary), TestContext.Current.CancellationToken);
            }

            var sampler = new Sampler(SamplingOptions.Greedy, Vocabulary);
            for (int step = 0; step < 64; step++)
            {
                int recorded = Array.IndexOf([0, 1, 32, 63], step);
                for (int i = 0; i < 4; i++)
                {
                    Span<float> row = logits.AsSpan(i * Vocabulary, Vocabulary);
                    float[] expected = Npy.Read<float>("lm", "greedy64", $"{prompts[i]}.logits_steps_0_1_32_63.npy").Values;
                    if (recorded >= 0) Close.Equal(expected.AsSpan(recorded * Vocabulary, Vocabulary), row, Tolerance);
                    contexts[i].Append(sampler.Next(row, []));
                }

                engine.Step(contexts, logits);
            }

            for (int i = 0; i < 4; i++) Assert.Equal(GoldenModel.Ids("lm", "greedy64", $"{prompts[i]}.tokens.npy"), contexts[i].Ids[^64..].ToArray());
        }
    }

    [Fact]
    public void Full_conversation_waits_in_a_batch_unharmed()
    {
        ReadOnlySpan<TokenId> prompt = GoldenModel.Prompt("random37");
        using LanguageModelEngine engine = golden.CreateEngine(slots: 3, context: 37);
        using ConversationContext first = engine.CreateContext();
        using ConversationContext full = engine.CreateContext();
        using ConversationContext last = engine.CreateContext();
        var logits = new float[2 * Vocabulary];
        full.Append(prompt);
        engine.Extend(full, [], TestContext.Current.CancellationToken);
        first.Append(prompt[..1]);
        last.Append(prompt[..1]);

        engine.Step([last, first], logits);

        Close.Equal(logits.AsSpan(0, Vocabulary), logits.AsSpan(Vocabulary), Tolerance);
        full.ReopenLast();
        engine.Step([full], logits);
        Close.Equal(Npy.Read<float>("lm", "prompts", "random37.logits.npy").Values.AsSpan(36 * Vocabulary), logits.AsSpan(0, Vocabulary), Tolerance);
    }

    [Fact]
    public void Context_refuses_what_does_not_fit_and_stays_as_it_was()
    {
        using LanguageModelEngine engine = golden.CreateEngine(context: 10);
        using ConversationContext context = engine.CreateContext();
        context.Append(GoldenModel.Prompt("random37")[..8]);

        InvalidOperationException full = Assert.Throws<InvalidOperationException>(() => context.Append(GoldenModel.Prompt("random37")[..3]));
        ArgumentOutOfRangeException unknown = Assert.Throws<ArgumentOutOfRangeException>(() => context.Append(new TokenId(0), new TokenId(768)));
        Assert.Throws<ArgumentOutOfRangeException>(() => context.Append(new TokenId(-1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => context.Rewind(9));

        Assert.Contains("context is 10 tokens", full.Message, StringComparison.Ordinal);
        Assert.Contains("from 0 to 767", unknown.Message, StringComparison.Ordinal);
        Assert.Equal(8, context.Count);
    }

    // A copy of the cache on every run would be correct and slow, and would clear what lies past the end.
    [Fact]
    public void Runs_write_their_rows_into_the_cache_in_place()
    {
        using LanguageModelEngine engine = golden.CreateEngine();
        using ConversationContext context = engine.CreateContext();
        using Inference.Tensor keys = engine.Cache.Keys(golden.Manifest.Layers - 1, context.Slot, 1);
        using Inference.Tensor values = engine.Cache.Values(0, context.Slot, 1);
        keys.AsSpan<float>()[^1] = 42;
        values.AsSpan<float>()[^1] = 43;

        context.Append(GoldenModel.Prompt("random37"));
        engine.Extend(context, [], TestContext.Current.CancellationToken);
        context.Append(new TokenId(1));
        engine.Step([context], new float[Vocabulary]);

        Assert.Equal((42, 43), (keys.AsSpan<float>()[^1], values.AsSpan<float>()[^1]));
    }

    [Fact]
    public void Places_are_given_out_once_and_again_when_they_are_free()
    {
        using LanguageModelEngine engine = golden.CreateEngine(slots: 2);
        using ConversationContext first = engine.CreateContext();
        ConversationContext second = engine.CreateContext();

        Assert.Throws<InvalidOperationException>(engine.CreateContext);
        second.Dispose();
        using ConversationContext third = engine.CreateContext();

        Assert.Equal(second.Slot, third.Slot);
        Assert.Throws<ObjectDisposedException>(() => second.Append(new TokenId(1)));
    }

    [Fact]
    public void Cancelled_run_leaves_the_context_as_it_was()
    {
        using LanguageModelEngine engine = golden.CreateEngine();
        using ConversationContext context = engine.CreateContext();
        context.Append(GoldenModel.Prompt("random37"));
        var logits = new float[37 * Vocabulary];

        Assert.Throws<OperationCanceledException>(() => engine.Extend(context, logits, new CancellationToken(canceled: true)));
        Assert.Equal(0, context.Evaluated);
        engine.Extend(context, logits, TestContext.Current.CancellationToken);

        Close.Equal(Npy.Read<float>("lm", "prompts", "random37.logits.npy").Values, logits, Tolerance);
    }

    private static float[] FirstRows(Inference.Tensor cache, int rows)
    {
        (int heads, int capacity, int width) = ((int)cache.Shape[1], (int)cache.Shape[2], (int)cache.Shape[3]);
        Span<float> values = cache.AsSpan<float>();
        var result = new float[heads * rows * width];
        for (int head = 0; head < heads; head++)
        {
            values.Slice(head * capacity * width, rows * width).CopyTo(result.AsSpan(head * rows * width));
        }

        return result;
    }
}
