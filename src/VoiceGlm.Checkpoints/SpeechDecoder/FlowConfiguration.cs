namespace VoiceGlm.Checkpoints.SpeechDecoder;

/// <summary>The sizes of a flow-matching network, from the decoder's <c>config.yaml</c>.</summary>
/// <param name="VocabularySize">Entries of the speech codebook.</param>
/// <param name="InputSize">Width of a token's embedding.</param>
/// <param name="MelBins">Bins of the mel spectrogram.</param>
/// <param name="SpeakerEmbeddingSize">Width of a speaker embedding, as given.</param>
/// <param name="SpeakerSize">Width of a speaker embedding, as the estimator sees it.</param>
/// <param name="TokenRate">Speech tokens per second.</param>
/// <param name="Encoder">The encoder of the tokens.</param>
/// <param name="RegulatorLayers">Convolutions with normalisation in the length regulator.</param>
/// <param name="Estimator">The estimator of the velocity.</param>
/// <param name="GuidanceRate">Strength of the classifier-free guidance.</param>
/// <param name="CosineSchedule">Whether the steps lie on a cosine instead of evenly.</param>
internal sealed record FlowConfiguration(
    int VocabularySize,
    int InputSize,
    int MelBins,
    int SpeakerEmbeddingSize,
    int SpeakerSize,
    double TokenRate,
    FlowEncoderConfiguration Encoder,
    int RegulatorLayers,
    FlowEstimatorConfiguration Estimator,
    float GuidanceRate,
    bool CosineSchedule)
{
    /// <summary>Reads the <c>flow:</c> section.</summary>
    /// <exception cref="ModelLoadException">A key is missing, or asks for a network of another kind.</exception>
    public static FlowConfiguration Read(ConfigNode flow)
    {
        ConfigNode decoder = flow.Child("decoder");
        ConfigNode matching = decoder.Child("cfm_params").Child("content");
        ConfigNode regulator = flow.Child("length_regulator");
        int melBins = flow.Integer("output_size");
        Ask(regulator, "channels", melBins);
        Ask(matching, "solver", "euler");
        return new FlowConfiguration(
            flow.Integer("vocab_size"),
            flow.Integer("input_size"),
            melBins,
            flow.Integer("spk_embed_dim"),
            decoder.Integer("spk_emb_dim"),
            flow.Number("input_frame_rate"),
            FlowEncoderConfiguration.Read(flow.Child("encoder"), flow.Integer("input_size")),
            regulator.Integers("sampling_ratios").Length,
            FlowEstimatorConfiguration.Read(decoder.Child("estimator"), melBins, decoder.Integer("spk_emb_dim")),
            (float)matching.Number("inference_cfg_rate"),
            matching.Text("t_scheduler", "linear") == "cosine");
    }

    /// <summary>Refuses a configuration whose value is another than the only one that is known.</summary>
    internal static void Ask(ConfigNode node, string key, string expected)
    {
        if (node.Text(key) != expected) throw node.Wrong(key, $"'{expected}'");
    }

    /// <inheritdoc cref="Ask(ConfigNode, string, string)"/>
    internal static void Ask(ConfigNode node, string key, int expected)
    {
        if (node.Integer(key) != expected) throw node.Wrong(key, $"{expected}");
    }
}

/// <summary>The sizes of the token encoder, a transformer with relative positions.</summary>
/// <param name="Size">Width of the hidden states.</param>
/// <param name="Heads">Attention heads.</param>
/// <param name="FeedForwardSize">Width of the feed-forward layer.</param>
/// <param name="Blocks">Transformer blocks.</param>
/// <param name="BlockTokens">Tokens of an attention block: a token attends to all before the end of its own block.</param>
internal sealed record FlowEncoderConfiguration(int Size, int Heads, int FeedForwardSize, int Blocks, int BlockTokens)
{
    public static FlowEncoderConfiguration Read(ConfigNode encoder, int inputSize)
    {
        FlowConfiguration.Ask(encoder, "input_size", inputSize);
        FlowConfiguration.Ask(encoder, "input_layer", "linear");
        FlowConfiguration.Ask(encoder, "pos_enc_layer_type", "rel_pos_espnet");
        FlowConfiguration.Ask(encoder, "selfattention_layer_type", "block_rel_selfattn");
        if (!encoder.Flag("normalize_before", true)) throw encoder.Wrong("normalize_before", "true");
        if (encoder.Flag("use_cnn_module", true)) throw encoder.Wrong("use_cnn_module", "false");
        if (encoder.Flag("macaron_style", true)) throw encoder.Wrong("macaron_style", "false");
        int size = encoder.Integer("output_size");
        int heads = encoder.Integer("attention_heads");
        if (heads < 1 || size % heads != 0) throw encoder.Wrong("attention_heads", $"a divisor of output_size {size}");
        if (size % 2 != 0) throw encoder.Wrong("output_size", "an even number");
        int blockTokens = encoder.Integer("block_size");
        return blockTokens < 1
            ? throw encoder.Wrong("block_size", "a positive number")
            : new FlowEncoderConfiguration(size, heads, encoder.Integer("linear_units"), encoder.Integer("num_blocks"), blockTokens);
    }
}

/// <summary>The sizes of the velocity estimator, a U-net of residual convolutions and transformers.</summary>
/// <param name="Channels">Widths on the way down; all but the last halve the length.</param>
/// <param name="Transformers">Transformers after each residual block.</param>
/// <param name="MiddleBlocks">Residual blocks at the bottom.</param>
/// <param name="Heads">Attention heads.</param>
/// <param name="HeadSize">Width of a head.</param>
/// <param name="InputSize">Width of the estimator's input: spectrogram, its mean, speaker and prompt side by side.</param>
internal sealed record FlowEstimatorConfiguration(
    int[] Channels, int Transformers, int MiddleBlocks, int Heads, int HeadSize, int InputSize)
{
    /// <summary>Groups of each group normalisation; Matcha-TTS fixes them.</summary>
    public const int Groups = 8;

    public static FlowEstimatorConfiguration Read(ConfigNode estimator, int melBins, int speakerSize)
    {
        FlowConfiguration.Ask(estimator, "in_channels", (3 * melBins) + speakerSize);
        FlowConfiguration.Ask(estimator, "out_channels", melBins);
        FlowConfiguration.Ask(estimator, "act_fn", "gelu");
        int[] channels = estimator.Integers("channels");
        return channels.Length > 0 && Array.TrueForAll(channels, static width => width > 0 && width % Groups == 0)
            ? new FlowEstimatorConfiguration(
                channels,
                estimator.Integer("n_blocks"),
                estimator.Integer("num_mid_blocks"),
                estimator.Integer("num_heads"),
                estimator.Integer("attention_head_dim"),
                (3 * melBins) + speakerSize)
            : throw estimator.Wrong("channels", $"multiples of {Groups}");
    }
}
