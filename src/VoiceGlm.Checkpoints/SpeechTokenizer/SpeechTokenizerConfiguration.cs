using VoiceGlm.Inference;

namespace VoiceGlm.Checkpoints.SpeechTokenizer;

/// <summary>
/// What <c>config.json</c> and <c>preprocessor_config.json</c> say of a speech tokenizer (reference: GLM-4-Voice
/// speech_tokenizer/configuration_whisper.py, modeling_whisper.py and transformers' WhisperFeatureExtractor).
/// </summary>
internal sealed record SpeechTokenizerConfiguration
{
    /// <summary>Taps of both convolutions, by the architecture.</summary>
    public const int KernelSize = 3;

    /// <summary>Stride of the second convolution, by the architecture.</summary>
    public const int Stride = 2;

    // Where frames are causal, blocks are ours to choose: about a second.
    private const int CausalBlockFrames = 50;
    private const double HighestMelHertz = 8000;

    /// <summary>Width of the encoder.</summary>
    public required int Width { get; init; }

    /// <summary>Width of the feed-forward layers.</summary>
    public required int FeedForwardWidth { get; init; }

    /// <summary>Rows of the table of positions.</summary>
    public required int Positions { get; init; }

    /// <summary>Whether convolutions look back only.</summary>
    public required bool CausalConvolution { get; init; }

    /// <summary>Whether frames are pooled by their maximum and not by their average.</summary>
    public required bool MaximumPooling { get; init; }

    /// <summary>The numbers that the stage uses.</summary>
    public required SpeechTokenizerManifest Manifest { get; init; }

    /// <summary>Whether a folder holds a speech tokenizer.</summary>
    public static bool IsIn(string folder)
    {
        string path = Path.Combine(folder, "config.json");
        if (!File.Exists(path)) return false;
        ConfigNode config = ConfigNode.ReadJson(path);
        return config.Has("quantize_vocab_size") && config.Has("num_mel_bins");
    }

    /// <summary>Reads both files.</summary>
    /// <exception cref="ModelLoadException">A value is missing, or describes an encoder that is not supported.</exception>
    public static SpeechTokenizerConfiguration Read(string folder)
    {
        ConfigNode config = ConfigNode.ReadJson(Path.Combine(folder, "config.json"));
        ConfigNode extractor = ConfigNode.ReadJson(Path.Combine(folder, "preprocessor_config.json"));
        int width = config.Integer("d_model");
        int heads = config.Integer("encoder_attention_heads");
        int bins = config.Integer("num_mel_bins");
        int layers = config.Integer("quantize_position");
        int pooling = config.Integer("pooling_kernel_size", 1);
        int poolingPosition = pooling == 1 ? layers : config.Integer("pooling_position");
        int block = config.Integer("quantize_causal_block_size", 0);
        int positions = config.Integer("max_source_positions");
        bool causalConvolution = config.Flag("encoder_causal_convolution", false);
        bool causalAttention = config.Flag("encoder_causal_attention", false) || config.Flag("quantize_causal_encoder", false);
        int rate = extractor.Integer("sampling_rate", 16_000);
        int hop = extractor.Integer("hop_length", 160);
        int fft = extractor.Integer("n_fft", 400);
        string poolingType = config.Text("pooling_type", "max");
        if (heads <= 0 || width % heads != 0) throw config.Wrong("encoder_attention_heads", $"a divisor of d_model {width}");
        if (extractor.Integer("feature_size", 80) != bins) throw extractor.Wrong("feature_size", $"{bins}, as num_mel_bins of config.json");
        if (config.Text("activation_function", "gelu") != "gelu") throw config.Wrong("activation_function", "'gelu'");
        if (poolingType is not ("max" or "avg")) throw config.Wrong("pooling_type", "'max' or 'avg'");
        if (layers < 1) throw config.Wrong("quantize_position", "at least one layer");
        if (pooling < 1) throw config.Wrong("pooling_kernel_size", "at least 1");
        if (poolingPosition < 1 || poolingPosition > layers) throw config.Wrong("pooling_position", $"a layer from 1 to quantize_position {layers}");
        if (fft <= 0 || fft % 2 != 0) throw extractor.Wrong("n_fft", "an even number");
        if (causalAttention && block == 0) block = CausalBlockFrames;
        if (poolingPosition < layers && block % pooling != 0)
        {
            throw config.Wrong("quantize_causal_block_size", $"a multiple of pooling_kernel_size {pooling}, as layers follow the pooling");
        }

        if (block != 0 && block < pooling) throw config.Wrong("quantize_causal_block_size", $"at least pooling_kernel_size {pooling}");
        if (positions < pooling) throw config.Wrong("max_source_positions", $"at least pooling_kernel_size {pooling}");

        // The table of positions bounds a segment, too.
        int tokenSamples = hop * Stride * pooling;
        int segment = Math.Min(extractor.Integer("n_samples", extractor.Integer("chunk_length", 30) * rate), positions / pooling * tokenSamples);
        return new SpeechTokenizerConfiguration
        {
            Width = width,
            FeedForwardWidth = config.Integer("encoder_ffn_dim"),
            Positions = positions,
            CausalConvolution = causalConvolution,
            MaximumPooling = poolingType == "max",
            Manifest = new SpeechTokenizerManifest
            {
                SampleRate = rate,
                SegmentSamples = segment,
                FftLength = fft,
                HopLength = hop,
                MelBins = bins,
                HighestMelHertz = HighestMelHertz,
                LeftContextMelFrames = causalConvolution ? Stride + KernelSize - 1 : Stride,
                BlockFrames = block,
                MelFramesPerEncoderFrame = Stride,
                EncoderFramesPerToken = pooling,
                Layers = layers,
                LayersBeforePooling = poolingPosition,
                CausalAttention = causalAttention,
                Heads = heads,
                HeadSize = width / heads,
                CodebookSize = config.Integer("quantize_vocab_size"),
            },
        };
    }
}
