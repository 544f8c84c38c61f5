using System.Globalization;
using System.Text.Json.Nodes;

namespace VoiceGlm.Checkpoints.Synthesis;

/// <summary>The language model's checkpoint: tensors, configuration and tokenizer.</summary>
/// <remarks>glm-4-voice-9b modeling_chatglm.py, configuration_chatglm.py and tokenizer_config.json.</remarks>
internal static class LanguageModelSynthesis
{
    // Their ids follow the ranks.
    private static readonly string[] s_specials =
    [
        "<|endoftext|>", "[MASK]", "[gMASK]", "[sMASK]", "<sop>", "<eop>", "<|system|>", "<|user|>", "<|assistant|>", "<|observation|>",
        "<|begin_of_image|>", "<|end_of_image|>", "<|begin_of_video|>", "<|end_of_video|>", "<|begin_of_audio|>", "<|end_of_audio|>",
    ];

    private static readonly string[] s_stops = ["<|endoftext|>", "<|user|>", "<|observation|>"];

    /// <summary>The tensors, in the model's order.</summary>
    public static IReadOnlyList<CheckpointTensor> Plan(LanguageModelProfile profile, int seed)
    {
        var plan = new TensorPlan(seed);
        long width = profile.Width;
        long attention = (long)profile.Heads * profile.HeadSize;
        long projected = attention + (2L * profile.KeyValueHeads * profile.HeadSize);
        plan.Random("transformer.embedding.word_embeddings.weight", 0, 1, profile.VocabularySize, width);
        // Half of a head is rotated, in pairs.
        int rotated = profile.HeadSize / 2;
        plan.Formula("transformer.rotary_pos_emb.inv_freq", rotated / 2, i => MathF.Pow(10_000, -2f * i / rotated));
        float branch = 1 / MathF.Sqrt(2 * profile.Layers);
        for (int i = 0; i < profile.Layers; i++)
        {
            string layer = $"transformer.encoder.layers.{i}";
            plan.Random($"{layer}.input_layernorm.weight", 1, 0.05f, width);
            plan.Linear($"{layer}.self_attention.query_key_value", projected, width);
            plan.Linear($"{layer}.self_attention.dense", width, attention, bias: false, branch);
            plan.Random($"{layer}.post_attention_layernorm.weight", 1, 0.05f, width);
            plan.Linear($"{layer}.mlp.dense_h_to_4h", 2L * profile.FeedForwardWidth, width, bias: false);
            plan.Linear($"{layer}.mlp.dense_4h_to_h", width, profile.FeedForwardWidth, bias: false, branch);
        }

        plan.Random("transformer.encoder.final_layernorm.weight", 1, 0.05f, width);
        plan.Linear("transformer.output_layer", profile.VocabularySize, width, bias: false);
        return plan.Tensors;
    }

    /// <summary>Writes everything but the weights.</summary>
    /// <exception cref="ArgumentException">The vocabulary has fewer rows than there are ids.</exception>
    public static void WriteConfiguration(LanguageModelProfile profile, int seed, string folder, CancellationToken cancellationToken)
    {
        int firstSpeech = profile.RankCount + s_specials.Length + profile.ReservedCount;
        if (firstSpeech + profile.SpeechTokenCount > profile.VocabularySize)
        {
            throw new ArgumentException(
                $"A vocabulary of {profile.VocabularySize} does not hold {firstSpeech + profile.SpeechTokenCount} ids.", nameof(profile));
        }

        JsonFile.Write(folder, "config.json", Configuration(profile));
        JsonFile.Write(folder, "generation_config.json", new JsonObject
        {
            ["eos_token_id"] = Stops(profile),
            ["pad_token_id"] = profile.RankCount,
            ["do_sample"] = true,
            ["temperature"] = 0.8,
            ["max_length"] = profile.ContextLength,
            ["top_p"] = 0.8,
            ["transformers_version"] = "4.44.0",
        });
        JsonFile.Write(folder, "tokenizer_config.json", TokenizerConfiguration(profile));
        RankSynthesis.Write(Path.Combine(folder, "tokenizer.model"), profile.RankCount, seed, cancellationToken);
    }

    private static JsonObject Configuration(LanguageModelProfile profile) => new()
    {
        ["add_bias_linear"] = false,
        ["add_qkv_bias"] = true,
        ["apply_query_key_layer_scaling"] = true,
        ["apply_residual_connection_post_layernorm"] = false,
        ["architectures"] = new JsonArray("ChatGLMForConditionalGeneration"),
        ["attention_dropout"] = 0.0,
        ["attention_softmax_in_fp32"] = true,
        ["eos_token_id"] = Stops(profile),
        ["ffn_hidden_size"] = profile.FeedForwardWidth,
        ["fp32_residual_connection"] = false,
        ["hidden_dropout"] = 0.0,
        ["hidden_size"] = profile.Width,
        ["kv_channels"] = profile.HeadSize,
        ["layernorm_epsilon"] = 3.90625e-08,
        ["model_type"] = "chatglm",
        ["multi_query_attention"] = true,
        ["multi_query_group_num"] = profile.KeyValueHeads,
        ["num_attention_heads"] = profile.Heads,
        ["num_hidden_layers"] = profile.Layers,
        ["num_layers"] = profile.Layers,
        ["original_rope"] = true,
        ["pad_token_id"] = profile.RankCount,
        ["padded_vocab_size"] = profile.VocabularySize,
        ["post_layer_norm"] = true,
        ["rmsnorm"] = true,
        ["rope_ratio"] = 1,
        ["seq_length"] = profile.ContextLength,
        ["tie_word_embeddings"] = false,
        ["torch_dtype"] = profile.ElementType switch
        {
            StoredElementType.F16 => "float16",
            StoredElementType.BF16 => "bfloat16",
            _ => "float32",
        },
        ["transformers_version"] = "4.44.1",
        ["use_cache"] = true,
        ["vocab_size"] = profile.VocabularySize,
    };

    private static JsonObject TokenizerConfiguration(LanguageModelProfile profile)
    {
        var added = new JsonObject();
        int next = profile.RankCount;
        foreach (string special in s_specials) Add(special, special: true);
        for (int i = 0; i < profile.ReservedCount; i++) Add(string.Create(CultureInfo.InvariantCulture, $"<|reserved_{i}|>"), special: true);
        for (int i = 0; i < profile.SpeechTokenCount; i++) Add(string.Create(CultureInfo.InvariantCulture, $"<|audio_{i}|>"), special: false);
        return new JsonObject
        {
            ["added_tokens_decoder"] = added,
            ["additional_special_tokens"] = new JsonArray([.. s_specials.Select(static special => (JsonNode)special)]),
            ["clean_up_tokenization_spaces"] = false,
            ["do_lower_case"] = false,
            ["eos_token"] = s_specials[0],
            ["model_max_length"] = profile.ContextLength,
            ["pad_token"] = s_specials[0],
            ["padding_side"] = "left",
            ["remove_space"] = false,
            ["tokenizer_class"] = "ChatGLM4Tokenizer",
        };

        void Add(string content, bool special) => added.Add(next++.ToString(CultureInfo.InvariantCulture), new JsonObject
        {
            ["content"] = content,
            ["lstrip"] = false,
            ["normalized"] = false,
            ["rstrip"] = false,
            ["single_word"] = false,
            ["special"] = special,
        });
    }

    private static JsonArray Stops(LanguageModelProfile profile) =>
        new([.. s_stops.Select(stop => (JsonNode)(profile.RankCount + Array.IndexOf(s_specials, stop)))]);
}
