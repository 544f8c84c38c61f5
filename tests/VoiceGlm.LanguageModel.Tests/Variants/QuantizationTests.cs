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
    [InlineData(Precision.Half, Precision.Half, 32, 0.002)]
    [InlineData(Precision.BFloat16, Precision.BFloat16, 32, 0.01)]
    [InlineData(Precision.Full, Precision.Half, 32, 0.001)]
    [InlineData(Precision.Full, Precision.EightBits, 32, 0.02)]
    public void Golden_logits_are_kept_as_far_as_the_bits_go(Precision precision, Precision head, int blockSize, double most)
    {
        using var folder = new TemporaryFolder();
        ModelFolder model = Convert(folder, Repository.Fixture("lm", "model"), new QuantizationOptions(precision, head, blockSize));
        float[] expected = Npy.Read<float>("lm", "prompts", "random37.logits.npy").Values;
        QuantizationManifest quantization = model.Manifest.LanguageModel!.Quantization!;
        double found = RelativeError.Of(expected, Logits(model, GoldenModel.Prompt("random37")));
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{precision}, head {head}, blocks of {blockSize}: golden logits {found:E2} off, probe {quantization.Probe!.LogitError:E2}, same choice {quantization.Probe.SameChoice}");
        Assert.InRange(found, 1e-5, most);
        Assert.Equal((PrecisionName.Of(precision), PrecisionName.Of(head), blockSize), (quantization.Weights, quantization.Head, quantization.BlockSize));
        Assert.Equal(head != Precision.Full, quantization.Errors.ContainsKey("transformer.output_layer.weight"));
        Assert.Equal(precision != Precision.Full, quantization.Errors.ContainsKey("transformer.encoder.layers.0.self_attention.query_key_value.weight"));
        double mostOfMatrix = precision switch { Precision.FourBits => 0.15, Precision.Half => 0.0005, _ => 0.01 };
        Assert.All(quantization.Errors.Values, error => Assert.InRange(error, 1e-6, mostOfMatrix));
        Assert.InRange(quantization.Probe.LogitError, 1e-5, most);
        Assert.InRange(quantization.Probe.SameChoice, precision == Precision.FourBits ? 0.6 : 0.9, 1);
    }

    [Fact]
    public void Bfloat16_loses_nothing_of_a_checkpoint_of_bfloat16()
    {
        using var folder = new TemporaryFolder();
        var checkpoint = new RandomCheckpoint { ElementType = "BF16", Layers = 3 };
        checkpoint.Write(folder["checkpoint"], seed: 3);
        TokenId[] ids = [.. Enumerable.Range(0, 21).Select(static i => new TokenId(i * 13 % 331))];
        ModelFolder exact = Convert(folder, folder["checkpoint"], QuantizationOptions.None);
        ModelFolder model = Convert(folder, folder["checkpoint"], QuantizationOptions.For(Precision.BFloat16));

        Assert.Equal(Logits(exact, ids), Logits(model, ids));
        Assert.All(model.Manifest.LanguageModel!.Quantization!.Errors.Values, static error => Assert.Equal(0, error));
        // The whole graph against the same layers one by one.
        Assert.InRange(model.Manifest.LanguageModel.Quantization.Probe!.LogitError, 0, 2e-6);
        Assert.Equal(1, model.Manifest.LanguageModel.Quantization.Probe.SameChoice);
        Assert.InRange(Bytes(model), 0, 0.65 * Bytes(exact));
    }

    [Theory]
    [InlineData(Precision.FourBits)]
    [InlineData(Precision.Half)]
    public void Logits_are_compared_part_by_part_as_they_would_be_whole(Precision precision)
    {
        using var folder = new TemporaryFolder();
        var checkpoint = new RandomCheckpoint { Layers = 3 };
        checkpoint.Write(folder["checkpoint"], seed: 5);
        using TensorSource weights = TensorSource.Open(folder["checkpoint"]);
        LanguageModelConfig config = LanguageModelConfig.Read(ConfigNode.ReadJson(folder["checkpoint/config.json"]));
        QuantizationOptions options = QuantizationOptions.For(precision) with { ComputesInHalf = precision == Precision.Half };
        var graph = LanguageModelGraph.Build(config, weights, options);
        graph.Write(folder.Path, cancellationToken: Token);
        var written = new WrittenPart(folder.Path, new Dictionary<string, double>(), static _ => { }, Token);

        ProbeManifest whole = new LanguageModelProbe(config, weights, options).Run(graph, written);
        // A layer by itself, and some fifteen rows of the output layer.
        ProbeManifest parts = new LanguageModelProbe(config, weights, options, partBytes: 60 * config.HiddenSize).Run(graph, written);

        Assert.Equal(whole.LogitError, parts.LogitError, 1e-4);
        Assert.Equal(whole.SameChoice, parts.SameChoice, 0.05);
        Assert.InRange(parts.LogitError, 1e-5, 0.5);
        Assert.Equal(2, Directory.GetFiles(folder.Path).Length); // the graph and its weights
    }

    [Theory]
    [InlineData(Precision.Half, Precision.Half, 0.005)]
    [InlineData(Precision.EightBits, Precision.EightBits, 0.05)]
    [InlineData(Precision.FourBits, Precision.Half, 0.3)]
    public void Graph_that_computes_in_half_answers_as_the_golden_one_does(Precision precision, Precision head, double most)
    {
        using var folder = new TemporaryFolder();
        ModelFolder model = Convert(folder, Repository.Fixture("lm", "model"), new QuantizationOptions(precision, head, 32) { ComputesInHalf = true });
        float[] expected = Npy.Read<float>("lm", "prompts", "random37.logits.npy").Values;
        double found = RelativeError.Of(expected, Logits(model, GoldenModel.Prompt("random37")));
        TestContext.Current.TestOutputHelper!.WriteLine($"{precision}, head {head}, computed in fp16: golden logits {found:E2} off");
        Assert.InRange(found, 1e-5, most);
        Assert.True(model.Manifest.LanguageModel!.Quantization!.ComputesInHalf);
        Assert.All(model.Manifest.Graphs["language-model"].Inputs.Where(static input => input.Name.StartsWith("keys_", StringComparison.Ordinal)), static input => Assert.Equal("float16", input.Type));
    }

    [Fact]
    public void Weights_that_half_cannot_hold_are_refused_by_name()
    {
        using var folder = new TemporaryFolder();
        var checkpoint = new RandomCheckpoint { WeightScale = 1e6f };
        checkpoint.Write(folder["checkpoint"], seed: 3);
        ModelLoadException exception = Assert.Throws<ModelLoadException>(() => Convert(folder, folder["checkpoint"], QuantizationOptions.For(Precision.Half)));
        Assert.Contains("expected values up to 65504, as 16-bit floats hold them", exception.Message, StringComparison.Ordinal);
        Assert.Contains("transformer.", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Precision.Full, Precision.Full)]
    [InlineData(Precision.EightBits, Precision.Full)]
    [InlineData(Precision.BFloat16, Precision.Half)]
    public void Wide_weights_in_a_graph_that_computes_in_half_are_refused(Precision precision, Precision head) => Assert.Throws<ArgumentException>(
        () => CheckpointConverter.Convert(
            ["x"], "y", new ConversionOptions { LanguageModel = new QuantizationOptions(precision, head, 32) { ComputesInHalf = true } }, null, Token));

    [Fact]
    public void Model_that_others_run_is_converted_without_its_weights()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["checkpoint"]);
        foreach (string name in (string[])["config.json", "tokenizer_config.json", "tokenizer.model"])
        {
            File.Copy(Repository.Fixture("lm", "model", name), folder[$"checkpoint/{name}"]);
        }

        ModelManifest manifest = CheckpointConverter.Convert(
            [folder["checkpoint"]], folder["model"], new ConversionOptions { WithoutLanguageModelGraph = true }, progress: null, Token);

        Assert.Empty(manifest.Graphs);
        Assert.NotNull(manifest.LanguageModel);
        Assert.Equal(["language-model.tiktoken"], manifest.Files.Select(static file => file.Path));
        Assert.NotNull(GlmVoiceLanguage.Load(ModelFolder.Open(folder["model"])).Tokenizer);
        using var device = new InferenceDevice();
        ModelLoadException exception = Assert.Throws<ModelLoadException>(
            () => GlmVoiceModel.Load(ModelFolder.Open(folder["model"]), device, new LanguageModelOptions()));
        Assert.Contains("converted without it", exception.Message, StringComparison.Ordinal);
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
        Assert.InRange(RelativeError.Of(expected, Logits(model, ids)), 1e-5, most);
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
        () => CheckpointConverter.Convert(["x"], "y", new ConversionOptions { LanguageModel = new QuantizationOptions(Precision.FourBits, Precision.FourBits, blockSize) }, null, Token));

    private static ModelFolder Convert(TemporaryFolder folder, string checkpoint, QuantizationOptions quantization)
    {
        string output = folder[$"model-{quantization.Precision}-{quantization.HeadPrecision}-{quantization.BlockSize}"];
        CheckpointConverter.Convert([checkpoint], output, new ConversionOptions { LanguageModel = quantization }, progress: null, Token);
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
}
