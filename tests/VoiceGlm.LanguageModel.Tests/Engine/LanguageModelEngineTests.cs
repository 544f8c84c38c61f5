using VoiceGlm.Testing;

namespace VoiceGlm.LanguageModel.Tests;

public sealed class LanguageModelEngineTests(GoldenModel golden)
{
    private const double Tolerance = 5e-5;

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
        var logits = new float[expected.Length];

        context.Append(GoldenModel.Prompt(prompt));
        engine.Extend(context, logits, TestContext.Current.CancellationToken);

        Close.Equal(expected, logits, Tolerance);
    }
}
