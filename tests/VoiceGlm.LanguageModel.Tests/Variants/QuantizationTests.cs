using VoiceGlm.Checkpoints;
using VoiceGlm.Inference;
using VoiceGlm.Testing;

namespace VoiceGlm.LanguageModel.Tests;

/// <summary>Models whose matrices were rounded: how far their logits are from the golden ones, by the golden ones' own size.</summary>
public sealed class QuantizationTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Precision.EightBits, Precision.EightBits, 32, 0.05)]
    [InlineData(Precision.EightBits, Precision.Full, 128, 0.05)]
    [InlineData(Precision.FourBits, Precision.EightBits, 32, 0.3)]
    [InlineData(Precision.FourBits, Precision.FourBits, 16, 0.3)]
    public void Golden_logits_are_kept_as_far_as_the_bits_go(Precision precision, Precision head, int blockSize, double most)
    {
        using var folder = new TemporaryFolder();
        ModelFolder model = Convert(folder, Repository.Fixture("lm", "model"), new QuantizationOptions(precision, head, blockSize));
        float[] expected = Npy.Read<float>("lm", "prompts", "random37.logits.npy").Values;
        Assert.InRange(RelativeError(expected, Logits(model, GoldenModel.Prompt("random37"))), 1e-5, most);

        QuantizationManifest quantization = model.Manifest.LanguageModel!.Quantization!;
        Assert.Equal(precision == Precision.FourBits ? 4 : 8, quantization.Bits);
        Assert.Equal(blockSize, quantization.BlockSize);
        Assert.Contains("transformer.encoder.layers.0.self_attention.query_key_value.weight", quantization.Errors.Keys);
        Assert.All(quantization.Errors.Values, error => Assert.InRange(error, 1e-4, precision == Precision.FourBits ? 0.15 : 0.01));
    }

    [Theory]
    [InlineData(Precision.EightBits, 0.05)]
    [InlineData(Precision.FourBits, 0.5)]
    public void Widths_that_are_no_multiple_of_a_block_are_filled_up(Precision precision, double most)
    {
        using var folder = new TemporaryFolder();
        var checkpoint = new RandomCheckpoint { KvChannels = 24, ElementType = "BF16", Shards = 2, LinearBias = true, Tied = true };
        checkpoint.Write(folder["checkpoint"], seed: 7);
        TokenId[] ids = [.. Enumerable.Range(0, 21).Select(static i => new TokenId(i * 13 % 331))];
        float[] expected;
        using (TensorSource weights = TensorSource.Open(folder["checkpoint"])) expected = new PlainTransformer(checkpoint, weights).Logits(ids);
        ModelFolder model = Convert(folder, folder["checkpoint"], QuantizationOptions.For(precision));
        Assert.InRange(RelativeError(expected, Logits(model, ids)), 1e-5, most);
    }

    [Fact]
    public void Rounded_model_is_smaller()
    {
        using var folder = new TemporaryFolder();
        long full = Bytes(Convert(folder, Repository.Fixture("lm", "model"), QuantizationOptions.None));
        long eight = Bytes(Convert(folder, Repository.Fixture("lm", "model"), QuantizationOptions.For(Precision.EightBits)));
        long four = Bytes(Convert(folder, Repository.Fixture("lm", "model"), QuantizationOptions.For(Precision.FourBits)));
        Assert.True(full > eight && eight > four, $"{full}, {eight} and {four} bytes");
    }

    [Theory]
    [InlineData(8)]
    [InlineData(48)]
    [InlineData(512)]
    public void Block_size_that_is_none_is_refused(int blockSize) => Assert.Throws<ArgumentOutOfRangeException>(
        () => CheckpointConverter.Convert(["x"], "y", new QuantizationOptions(Precision.FourBits, Precision.FourBits, blockSize), null, Token));

    private static ModelFolder Convert(TemporaryFolder folder, string checkpoint, QuantizationOptions quantization)
    {
        string output = folder[$"model-{quantization.Precision}-{quantization.HeadPrecision}-{quantization.BlockSize}"];
        CheckpointConverter.Convert([checkpoint], output, quantization, progress: null, Token);
        return ModelFolder.Open(output);
    }

    private static long Bytes(ModelFolder model) => model.Manifest.Files.Sum(static file => file.Bytes);

    private static float[] Logits(ModelFolder model, ReadOnlySpan<TokenId> ids)
    {
        LanguageModelManifest manifest = model.Manifest.LanguageModel!;
        using LanguageModelEngine engine = new(model, manifest, new LanguageModelOptions { MaxSessions = 1, Graph = new GraphOptions { Threads = 1 } });
        using ConversationContext context = engine.CreateContext();
        context.Append(ids);
        var logits = new float[ids.Length * manifest.VocabularySize];
        engine.Extend(context, logits, Token);
        return logits;
    }

    private static double RelativeError(float[] expected, float[] found) => Math.Sqrt(
        expected.Zip(found).Sum(static pair => Math.Pow(pair.First - pair.Second, 2)) / expected.Sum(static value => (double)value * value));
}
