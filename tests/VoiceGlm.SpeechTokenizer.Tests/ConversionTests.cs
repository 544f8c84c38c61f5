using System.Text.Json.Nodes;
using VoiceGlm.Audio;
using VoiceGlm.Checkpoints;
using VoiceGlm.Inference;
using VoiceGlm.SpeechTokenizer.Tests.Variants;
using VoiceGlm.Testing;

namespace VoiceGlm.SpeechTokenizer.Tests;

public sealed class ConversionTests
{
    [Fact]
    public async Task The_encoder_of_a_whole_sharded_model_gives_the_same_tokens()
    {
        using var model = new PublishedModel("model_prefixed");
        foreach (string name in new[] { "speech_zh", "long_31s" })
        {
            WaveFile wave = PublishedModel.Recording(name);
            using ISpeechTokenizer tokenizer = model.Factory.Create();
            Heard heard = await Heard.InChunksAsync(tokenizer, wave.Channel(0), wave.SampleRate, 320);
            Assert.Equal(PublishedModel.Tokens(name), heard.Utterance);
        }
    }

    [Theory]
    [InlineData("pooling_type", "\"median\"", "config.json: pooling_type: expected 'max' or 'avg', found 'median'.")]
    [InlineData("activation_function", "\"relu\"", "config.json: activation_function: expected 'gelu', found 'relu'.")]
    [InlineData("encoder_attention_heads", "5", "config.json: encoder_attention_heads: expected a divisor of d_model 12, found '5'.")]
    [InlineData("pooling_position", "3", "config.json: pooling_position: expected a layer from 1 to quantize_position 2, found '3'.")]
    [InlineData("quantize_causal_block_size", "3", "config.json: quantize_causal_block_size: expected at least pooling_kernel_size 4, found '3'.")]
    [InlineData("max_source_positions", "3", "config.json: max_source_positions: expected at least pooling_kernel_size 4, found '3'.")]
    [InlineData("num_mel_bins", "21", "preprocessor_config.json: feature_size: expected 21, as num_mel_bins of config.json, found '20'.")]
    [InlineData("quantize_vocab_size", "51", "model.safetensors: codebook.weight: expected shape [51, 12], found shape [50, 12].")]
    [InlineData("quantize_position", "4", "model.safetensors: layers.2.self_attn_layer_norm.weight: expected a tensor of shape [12], found no such tensor.")]
    public void An_encoder_that_is_not_supported_is_refused_with_a_sentence(string key, string value, string message)
    {
        using var folder = new TemporaryFolder();
        var variant = new Variant { PoolingPosition = key == "quantize_position" ? 4 : null };
        variant.Write(folder["checkpoint"], variant.Weights(), (key, JsonNode.Parse(value)));
        var exception = Assert.Throws<ModelLoadException>(
            () => CheckpointConverter.Convert([folder["checkpoint"]], folder["model"], progress: null, TestContext.Current.CancellationToken));
        Assert.EndsWith(message, exception.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["model"]));
    }

    [Fact]
    public void A_model_without_a_speech_tokenizer_is_refused_with_a_sentence()
    {
        using var folder = new TemporaryFolder();
        var variant = new Variant();
        variant.Write(folder["checkpoint"], variant.Weights());
        ModelManifest manifest = CheckpointConverter.Convert([folder["checkpoint"]], folder["model"], progress: null, TestContext.Current.CancellationToken);
        (manifest with { SpeechTokenizer = null }).Write(folder["model"]);
        using var device = new InferenceDevice();
        var exception = Assert.Throws<ModelLoadException>(() => WhisperVqTokenizerFactory.Load(ModelFolder.Open(folder["model"]), device, new GraphOptions()));
        Assert.Equal($"{folder["model"]}/manifest.json: expected a speech tokenizer, found none; convert its checkpoint into this folder.", exception.Message);
    }
}
