using VoiceGlm.Inference;
using VoiceGlm.Testing;

namespace VoiceGlm.SpeechDecoder.Tests;

public sealed class FlowVariantTests
{
    private const double Tolerance = 2e-4;

    private static readonly Dictionary<string, FlowCheckpoint> s_variants = new()
    {
        ["two levels of unequal width, blocks of 7 tokens"] = new FlowCheckpoint
        {
            VocabularySize = 37,
            InputSize = 12,
            EncoderSize = 30,
            EncoderHeads = 3,
            EncoderBlocks = 3,
            BlockTokens = 7,
            RegulatorLayers = 2,
            MelBins = 10,
            SpeakerSize = 6,
            SpeakerEmbeddingSize = 5,
            Channels = [16, 24],
            Transformers = 2,
            MiddleBlocks = 1,
            Heads = 3,
            HeadSize = 8,
        },
        ["one level, no middle, even steps"] = new FlowCheckpoint
        {
            InputSize = 16,
            EncoderSize = 16,
            EncoderBlocks = 1,
            BlockTokens = 4,
            MelBins = 8,
            SpeakerSize = 8,
            Channels = [8],
            MiddleBlocks = 0,
            GuidanceRate = 1.5,
            TimeSchedule = "linear",
        },
        ["three levels, twice the token rate"] = new FlowCheckpoint
        {
            TokenRate = 25,
            EncoderBlocks = 1,
            RegulatorLayers = 1,
            MelBins = 12,
            SpeakerSize = 4,
            Channels = [8, 16, 32],
            MiddleBlocks = 3,
            Heads = 1,
            HeadSize = 16,
        },
    };

    public static TheoryData<string> Variants => new(s_variants.Keys);

    [Theory]
    [MemberData(nameof(Variants))]
    public void Flow_of_any_sizes_equals_its_definition(string variant)
    {
        FlowCheckpoint checkpoint = s_variants[variant];
        using var folder = new TemporaryFolder();
        Dictionary<string, (long[] Shape, float[] Values)> weights = checkpoint.MakeWeights();
        checkpoint.Write(folder.Path, weights);
        ModelFolder model = FlowCheckpoint.Convert(folder.Path, folder["model"]);
        using FlowModel flow = FlowModel.Load(model, new GraphOptions { Threads = 1 }, steps: 3);
        var clock = new FrameClock(flow.Manifest.TokenRate, 22050, 256);

        var random = new Random(3);
        long[] tokens = [.. Enumerable.Range(0, 11).Select(_ => (long)random.Next(flow.Manifest.CodebookSize))];
        var tokenOfFrame = new long[clock.FramesOf(tokens.Length)];
        FrameClock.Stretch(tokens.Length, tokenOfFrame);
        int bins = flow.Manifest.MelBins;
        float[] noise = new FrameNoise(42, bins).Take(0, tokenOfFrame.Length);
        float[] prompt = [.. Enumerable.Range(0, 9 * bins).Select(_ => random.NextSingle())];
        float[] embedding = [.. Enumerable.Range(0, flow.Manifest.SpeakerEmbeddingSize).Select(_ => random.NextSingle())];

        float[] actual = flow.Run(tokens, tokenOfFrame, noise, prompt, embedding, TestContext.Current.CancellationToken);
        double[][] expected = new FlowOracle(checkpoint, weights).Run(
            tokens, tokenOfFrame, noise, prompt, embedding, new FlowSchedule(3, flow.Manifest.CosineSchedule));
        Close.Equal([.. expected.SelectMany(static row => row).Select(static value => (float)value)], actual, Tolerance);
    }

    [Fact]
    public void Conversion_names_the_tensor_that_does_not_fit()
    {
        using var folder = new TemporaryFolder();
        var checkpoint = new FlowCheckpoint();
        Dictionary<string, (long[] Shape, float[] Values)> weights = checkpoint.MakeWeights();
        weights["encoder_proj.weight"] = ([1, 2], [1, 2]);
        checkpoint.Write(folder.Path, weights);
        ModelLoadException wrongShape = Assert.Throws<ModelLoadException>(() => FlowCheckpoint.Convert(folder.Path, folder["model"]));
        Assert.Contains("encoder_proj.weight", wrongShape.Message, StringComparison.Ordinal);

        weights.Remove("encoder_proj.weight");
        checkpoint.Write(folder.Path, weights);
        ModelLoadException missing = Assert.Throws<ModelLoadException>(() => FlowCheckpoint.Convert(folder.Path, folder["model"]));
        Assert.Contains("no such tensor", missing.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["model"]));
    }
}
