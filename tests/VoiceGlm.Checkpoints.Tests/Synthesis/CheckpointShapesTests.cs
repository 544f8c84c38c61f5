using VoiceGlm.Checkpoints.Synthesis;
using VoiceGlm.Testing;

namespace VoiceGlm.Checkpoints.Tests.Synthesis;

/// <summary>The names and shapes that the synthesizer plans, against the published totals and the fixtures' files.</summary>
public class CheckpointShapesTests
{
    [Fact]
    public void Published_speech_tokenizer_has_its_number_of_parameters()
    {
        IReadOnlyList<CheckpointTensor> tensors = CheckpointSynthesizer.TensorsOf(CheckpointProfile.Glm4Voice9B.SpeechTokenizer);
        long averages = (16_384 * 1280) + 16_384;
        Assert.Equal(343_599_360 + averages, Sum(tensors));
    }

    [Fact]
    public void Published_language_model_has_its_number_of_parameters()
    {
        IReadOnlyList<CheckpointTensor> tensors = CheckpointSynthesizer.TensorsOf(CheckpointProfile.Glm4Voice9B.LanguageModel);
        Assert.Equal(9_542_557_696, Sum(tensors.Where(tensor => !tensor.Name.EndsWith("inv_freq", StringComparison.Ordinal))));
    }

    [Fact]
    public void Published_flow_has_its_number_of_tensors_and_parameters()
    {
        IReadOnlyList<CheckpointTensor> tensors = CheckpointSynthesizer.FlowTensorsOf(CheckpointProfile.Glm4Voice9B.SpeechDecoder);
        Assert.Equal(1185, tensors.Count);
        Assert.Equal(111_166_208, Sum(tensors));
    }

    [Fact]
    public void Published_vocoder_has_its_number_of_tensors_and_parameters()
    {
        IReadOnlyList<CheckpointTensor> tensors = CheckpointSynthesizer.VocoderTensorsOf(CheckpointProfile.Glm4Voice9B.SpeechDecoder);
        Assert.Equal(227, tensors.Count);
        Assert.Equal(20_460_591, Sum(tensors));
    }

    [Fact]
    public void Speech_tokenizer_of_the_fixtures_sizes_has_the_fixtures_tensors()
    {
        SpeechTokenizerProfile profile = CheckpointProfile.Tiny.SpeechTokenizer with
        {
            Width = 64,
            Heads = 4,
            FeedForwardWidth = 256,
            QuantizePosition = 2,
            CodebookSize = 256,
        };
        AssertSame(Repository.Fixture("tokenizer", "model", "model.safetensors"), CheckpointSynthesizer.TensorsOf(profile));
    }

    [Fact]
    public void Language_model_of_the_fixtures_sizes_has_the_fixtures_tensors()
    {
        LanguageModelProfile profile = CheckpointProfile.Tiny.LanguageModel with
        {
            Layers = 3,
            Width = 64,
            Heads = 4,
            KeyValueHeads = 2,
            FeedForwardWidth = 172,
            VocabularySize = 768,
        };
        AssertSame(Repository.Fixture("lm", "model", "model.safetensors"), CheckpointSynthesizer.TensorsOf(profile));
    }

    [Fact]
    public void Speech_decoder_of_the_fixtures_sizes_has_the_fixtures_tensors()
    {
        SpeechDecoderProfile profile = CheckpointProfile.Tiny.SpeechDecoder with
        {
            CodebookSize = 256,
            EncoderWidth = 64,
            EncoderHeads = 4,
            EncoderFeedForwardWidth = 128,
            EncoderLayers = 2,
            EstimatorChannels = [32, 32],
            EstimatorHeadSize = 16,
            EstimatorHeads = 4,
            EstimatorTransformers = 1,
            EstimatorMiddleBlocks = 2,
            VocoderChannels = 48,
            FundamentalChannels = 56,
        };
        AssertSame(Repository.Fixture("flow", "model", "flow.safetensors"), CheckpointSynthesizer.FlowTensorsOf(profile));
        AssertSame(Repository.Fixture("flow", "model", "hift.safetensors"), CheckpointSynthesizer.VocoderTensorsOf(profile));
    }

    private static long Sum(IEnumerable<CheckpointTensor> tensors) => tensors.Sum(static tensor => tensor.Count);

    private static void AssertSame(string fixture, IReadOnlyList<CheckpointTensor> tensors)
    {
        using var file = new SafetensorsFile(fixture);
        Assert.Equal(
            file.Tensors.Values.Select(static tensor => $"{tensor.Name} [{string.Join(", ", tensor.Shape)}]").Order(StringComparer.Ordinal),
            tensors.Select(static tensor => $"{tensor.Name} [{string.Join(", ", tensor.Shape)}]").Order(StringComparer.Ordinal));
    }
}
