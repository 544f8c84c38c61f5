namespace VoiceGlm.Checkpoints;

/// <summary>The numbers of a ChatGLM checkpoint's <c>config.json</c> (reference: glm-4-voice-9b <c>configuration_chatglm.py</c>).</summary>
internal sealed record LanguageModelConfig
{
    public required int Layers { get; init; }

    public required int HiddenSize { get; init; }

    public required int Heads { get; init; }

    /// <summary>Key/value heads; each serves <see cref="Heads"/> / <see cref="Groups"/> heads.</summary>
    public required int Groups { get; init; }

    /// <summary>Whether keys and values are shared by groups. Without groups a head's query, key and value rows follow one another.</summary>
    public required bool Grouped { get; init; }

    public required int HeadSize { get; init; }

    /// <summary>Width of a head in the cache: ONNX Runtime's GroupQueryAttention wants a multiple of 8.</summary>
    public int CachedHeadSize => (HeadSize + 7) / 8 * 8;

    public required int FeedForwardSize { get; init; }

    public required int VocabularySize { get; init; }

    public required int ContextLength { get; init; }

    public required bool BiasInQueryKeyValue { get; init; }

    public required bool BiasInLinear { get; init; }

    public required float Epsilon { get; init; }

    public required double RopeBase { get; init; }

    public required bool FinalNorm { get; init; }

    /// <summary>Whether the head is the embedding's own table.</summary>
    public required bool TiedEmbeddings { get; init; }

    /// <summary>Whether a configuration is a ChatGLM's.</summary>
    public static bool Recognises(ConfigNode config) => config.Has("model_type") && config.Text("model_type") == "chatglm";

    /// <summary>Reads the numbers and refuses what the graph does not compute.</summary>
    /// <exception cref="ModelLoadException">A key is missing, or asks for another network.</exception>
    public static LanguageModelConfig Read(ConfigNode config)
    {
        if (!config.Flag("rmsnorm", orElse: true)) throw config.Wrong("rmsnorm", "true (layer normalisation is not supported)");
        if (config.Flag("apply_residual_connection_post_layernorm", orElse: false))
        {
            throw config.Wrong("apply_residual_connection_post_layernorm", "false (a residual taken after the norm is not supported)");
        }

        if (config.Integer("quantization_bit", orElse: 0) != 0) throw config.Wrong("quantization_bit", "0 (unquantised weights)");
        if (config.Has("pre_seq_len")) throw config.Wrong("pre_seq_len", "null (prefix tuning is not supported)");

        int hidden = Positive(config, "hidden_size");
        int heads = Positive(config, "num_attention_heads");
        bool grouped = config.Flag("multi_query_attention", orElse: false);
        int groups = grouped ? Positive(config, "multi_query_group_num") : heads;
        if (heads % groups != 0) throw config.Wrong("multi_query_group_num", $"a divisor of num_attention_heads ({heads})");
        int headSize = config.Has("kv_channels") ? Positive(config, "kv_channels") : hidden / heads;
        if (headSize % 4 != 0) throw config.Wrong("kv_channels", "a multiple of 4 (half of a head is rotated, in pairs)");
        bool biasInLinear = config.Flag("add_bias_linear", orElse: true);
        return new LanguageModelConfig
        {
            Layers = Positive(config, config.Has("num_layers") ? "num_layers" : "num_hidden_layers"),
            HiddenSize = hidden,
            Heads = heads,
            Groups = groups,
            Grouped = grouped,
            HeadSize = headSize,
            FeedForwardSize = Positive(config, "ffn_hidden_size"),
            VocabularySize = Positive(config, config.Has("padded_vocab_size") ? "padded_vocab_size" : "vocab_size"),
            ContextLength = Positive(config, "seq_length"),
            BiasInQueryKeyValue = biasInLinear || config.Flag("add_qkv_bias", orElse: false),
            BiasInLinear = biasInLinear,
            Epsilon = (float)config.Number("layernorm_epsilon", orElse: 1e-5),
            RopeBase = 10_000 * config.Number("rope_ratio", orElse: 1),
            FinalNorm = config.Flag("post_layer_norm", orElse: true),
            TiedEmbeddings = config.Flag("tie_word_embeddings", orElse: false),
        };
    }

    private static int Positive(ConfigNode config, string key) =>
        config.Integer(key) is var value && value > 0 ? value : throw config.Wrong(key, "a positive integer");
}
