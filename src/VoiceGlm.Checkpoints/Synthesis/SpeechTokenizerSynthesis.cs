using System.Text.Json.Nodes;

namespace VoiceGlm.Checkpoints.Synthesis;

/// <summary>The speech tokenizer's checkpoint: tensors and configuration.</summary>
/// <remarks>GLM-4-Voice speech_tokenizer/modeling_whisper.py: names of WhisperVQEncoder without prefix, as published.</remarks>
internal static class SpeechTokenizerSynthesis
{
    /// <summary>The tensors, in the model's order.</summary>
    public static IReadOnlyList<CheckpointTensor> Plan(SpeechTokenizerProfile profile, int seed)
    {
        var plan = new TensorPlan(seed);
        long width = profile.Width;
        plan.Convolution("conv1", width, profile.MelBins, 3, gain: 2);
        plan.Convolution("conv2", width, width, 3, gain: 2);
        // Positions of their own size keep the tokens of a steady sound from being one and the same.
        plan.Random("embed_positions.weight", 0, 1.5f, profile.Positions, width);
        // Each of 2 × layers branches adds its share to a sum that stays near unit size.
        float branch = 1 / MathF.Sqrt(2 * profile.QuantizePosition);
        for (int i = 0; i < profile.QuantizePosition; i++)
        {
            string layer = $"layers.{i}";
            plan.Linear($"{layer}.self_attn.k_proj", width, width, bias: false);
            plan.Linear($"{layer}.self_attn.v_proj", width, width);
            plan.Linear($"{layer}.self_attn.q_proj", width, width);
            plan.Linear($"{layer}.self_attn.out_proj", width, width, gain: branch);
            plan.Norm($"{layer}.self_attn_layer_norm", width);
            plan.Linear($"{layer}.fc1", profile.FeedForwardWidth, width);
            plan.Linear($"{layer}.fc2", width, profile.FeedForwardWidth, gain: branch);
            plan.Norm($"{layer}.final_layer_norm", width);
        }

        // Entries much shorter than the vectors they are compared with: the nearest is the one of the closest direction,
        // and different sounds become different tokens.
        plan.Random("codebook.weight", 0, 0.01f, profile.CodebookSize, width);
        plan.Random("embed_positions2.weight", 0, 0.5f, profile.Positions / profile.PoolingKernel, width);
        plan.Random("ema_count", 1, 0, profile.CodebookSize);
        plan.Random("ema_weight", 0, 0.01f, profile.CodebookSize, width);
        return plan.Tensors;
    }

    /// <summary>Writes everything but the weights.</summary>
    public static void WriteConfiguration(SpeechTokenizerProfile profile, string folder)
    {
        JsonFile.Write(folder, "config.json", new JsonObject
        {
            ["activation_function"] = "gelu",
            ["architectures"] = new JsonArray("WhisperVQEncoder"),
            ["d_model"] = profile.Width,
            ["encoder_attention_heads"] = profile.Heads,
            ["encoder_causal_attention"] = false,
            ["encoder_causal_convolution"] = true,
            ["encoder_ffn_dim"] = profile.FeedForwardWidth,
            ["encoder_layerdrop"] = 0.0,
            ["encoder_layers"] = profile.Layers,
            ["is_encoder_decoder"] = true,
            ["max_source_positions"] = profile.Positions,
            ["model_type"] = "whisper",
            ["num_hidden_layers"] = profile.Layers,
            ["num_mel_bins"] = profile.MelBins,
            ["pooling_kernel_size"] = profile.PoolingKernel,
            ["pooling_position"] = profile.QuantizePosition,
            ["pooling_type"] = "avg",
            ["quantize_causal_block_size"] = profile.BlockFrames,
            ["quantize_causal_encoder"] = false,
            ["quantize_encoder_only"] = true,
            ["quantize_position"] = profile.QuantizePosition,
            ["quantize_vocab_size"] = profile.CodebookSize,
            ["scale_embedding"] = false,
            ["skip_language_detection"] = true,
            ["torch_dtype"] = "float32",
            ["transformers_version"] = "4.44.1",
            ["vocab_size"] = 51_866,
        });
        // Two mel frames of 10 ms make an encoder frame.
        int frames = 2 * profile.Positions;
        JsonFile.Write(folder, "preprocessor_config.json", new JsonObject
        {
            ["chunk_length"] = frames / 100,
            ["feature_extractor_type"] = "WhisperFeatureExtractor",
            ["feature_size"] = profile.MelBins,
            ["hop_length"] = 160,
            ["n_fft"] = 400,
            ["n_samples"] = frames * 160,
            ["nb_max_frames"] = frames,
            ["padding_side"] = "right",
            ["padding_value"] = 0.0,
            ["processor_class"] = "WhisperProcessor",
            ["return_attention_mask"] = false,
            ["sampling_rate"] = 16_000,
        });
    }
}
