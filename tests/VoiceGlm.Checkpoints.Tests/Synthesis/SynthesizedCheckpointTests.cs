using VoiceGlm.Checkpoints.Synthesis;
using VoiceGlm.Testing;

namespace VoiceGlm.Checkpoints.Tests.Synthesis;

/// <summary>What was synthesized, read by the readers of published checkpoints.</summary>
public sealed class SynthesizedCheckpointTests : IDisposable
{
    private static readonly CheckpointProfile s_profile = CheckpointProfile.Tiny;

    private readonly TemporaryFolder _folder = new();

    public SynthesizedCheckpointTests() => CheckpointSynthesizer.Synthesize(
        s_profile, CheckpointParts.All, _folder.Path, cancellationToken: TestContext.Current.CancellationToken);

    [Fact]
    public void Every_tensor_reads_as_it_was_planned()
    {
        using (TensorSource tokenizer = TensorSource.Open(_folder["glm-4-voice-tokenizer"]))
        {
            AssertSame(CheckpointSynthesizer.TensorsOf(s_profile.SpeechTokenizer), tokenizer, tolerance: 0);
        }

        using (TensorSource flow = TensorSource.OpenFile(_folder["glm-4-voice-decoder/flow.pt"]))
        {
            AssertSame(CheckpointSynthesizer.FlowTensorsOf(s_profile.SpeechDecoder), flow, tolerance: 0);
        }

        using (TensorSource vocoder = TensorSource.OpenFile(_folder["glm-4-voice-decoder/hift.pt"]))
        {
            AssertSame(CheckpointSynthesizer.VocoderTensorsOf(s_profile.SpeechDecoder), vocoder, tolerance: 0);
        }

        // Half a step of the 8-bit mantissa, at the largest value that the embedding has.
        using TensorSource languageModel = TensorSource.Open(_folder["tiny"]);
        AssertSame(CheckpointSynthesizer.TensorsOf(s_profile.LanguageModel), languageModel, tolerance: 4.0 / 512);
    }

    [Fact]
    public void Weight_norm_gives_the_weights_back()
    {
        using TensorSource vocoder = TensorSource.OpenFile(_folder["glm-4-voice-decoder/hift.pt"]);
        float[] direction = vocoder.ReadAll("ups.1.weight_v");
        float[] norms = vocoder.ReadAll("ups.1.weight_g");
        float[] expected = [.. direction.Chunk(direction.Length / norms.Length).Select(static row => (float)Math.Sqrt(row.Sum(static value => (double)value * value)))];
        Close.Equal(expected, norms, tolerance: 1e-6);
    }

    [Fact]
    public void Ids_of_ranks_specials_and_speech_fill_the_vocabulary_without_a_gap()
    {
        LanguageModelProfile model = s_profile.LanguageModel;
        Assert.Equal(model.RankCount, TiktokenFile.Read(_folder["tiny/tokenizer.model"]).Tokens.Count);
        TokenizerConfig tokenizer = TokenizerConfig.Read(_folder["tiny/tokenizer_config.json"]);
        tokenizer.RequireIds(model.RankCount, model.VocabularySize);
        Assert.Equal(Enumerable.Range(model.RankCount, tokenizer.AddedTokens.Count), tokenizer.AddedTokens.Values.Order());
        Assert.Equal(model.RankCount + 16 + model.ReservedCount, tokenizer.AddedTokens["<|audio_0|>"]);
        Assert.Equal(model.RankCount + 7, tokenizer.AddedTokens["<|user|>"]);
        Assert.Equal(
            [model.RankCount, model.RankCount + 7, model.RankCount + 9],
            ConfigNode.ReadJson(_folder["tiny/config.json"]).Integers("eos_token_id"));
    }

    [Fact]
    public void Decoder_configuration_reads_back_as_the_profile()
    {
        SpeechDecoderProfile decoder = s_profile.SpeechDecoder;
        ConfigNode root = ConfigNode.ReadYaml(_folder["glm-4-voice-decoder/config.yaml"]);
        ConfigNode flow = root.Child("flow");
        ConfigNode vocoder = root.Child("hift");
        Assert.Equal(decoder.SampleRate, vocoder.Integer("sampling_rate"));
        Assert.Equal(decoder.SpeakerEmbeddingSize, flow.Integer("spk_embed_dim"));
        Assert.Equal(decoder.CodebookSize, flow.Integer("vocab_size"));
        Assert.Equal(12.5, flow.Number("input_frame_rate"));
        Assert.Equal(decoder.EncoderHeads, flow.Child("encoder").Integer("attention_heads"));
        Assert.Equal(decoder.EstimatorChannels, flow.Child("decoder").Child("estimator").Integers("channels"));
        Assert.Equal(1e-6, flow.Child("decoder").Child("cfm_params").Child("content").Number("sigma_min"));
        Assert.Equal(decoder.ResidualKernels.Select(_ => decoder.Dilations), vocoder.IntegerLists("resblock_dilation_sizes"));
    }

    [Fact]
    public void Vocabulary_that_is_too_small_is_refused()
    {
        CheckpointProfile small = s_profile with { Name = "small", LanguageModel = s_profile.LanguageModel with { VocabularySize = 500 } };
        ArgumentException exception = Assert.Throws<ArgumentException>(() => CheckpointSynthesizer.Synthesize(
            small, CheckpointParts.LanguageModel, _folder.Path, cancellationToken: TestContext.Current.CancellationToken));
        Assert.StartsWith("A vocabulary of 500 does not hold 536 ids.", exception.Message, StringComparison.Ordinal);
        Assert.False(Path.Exists(_folder["small"]) || Path.Exists(_folder["small.partial"]));
    }

    public void Dispose() => _folder.Dispose();

    private static void AssertSame(IReadOnlyList<CheckpointTensor> planned, TensorSource source, double tolerance)
    {
        Assert.Equal(planned.Count, source.Tensors.Count);
        foreach (CheckpointTensor tensor in planned)
        {
            Assert.Equal(tensor.Shape, source.Tensors[tensor.Name].Shape);
            var expected = new float[tensor.Count];
            tensor.Read(0, expected);
            Close.Equal(expected, source.ReadAll(tensor.Name), tolerance);
        }
    }
}
