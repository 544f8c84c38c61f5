namespace VoiceGlm.Checkpoints.Synthesis;

/// <summary>The sizes of a speech tokenizer checkpoint (keys of its <c>config.json</c> in brackets).</summary>
public sealed record SpeechTokenizerProfile
{
    /// <summary>Width of the encoder (<c>d_model</c>).</summary>
    public required int Width { get; init; }

    /// <summary>Attention heads (<c>encoder_attention_heads</c>).</summary>
    public required int Heads { get; init; }

    /// <summary>Width of the feed-forward layers (<c>encoder_ffn_dim</c>).</summary>
    public required int FeedForwardWidth { get; init; }

    /// <summary>Layers that the configuration names (<c>encoder_layers</c>); those past <see cref="QuantizePosition"/> are not stored.</summary>
    public required int Layers { get; init; }

    /// <summary>Layers before the codebook (<c>pooling_position</c>, <c>quantize_position</c>).</summary>
    public required int QuantizePosition { get; init; }

    /// <summary>Bins of the mel spectrogram (<c>num_mel_bins</c>).</summary>
    public required int MelBins { get; init; }

    /// <summary>Encoder frames of a segment (<c>max_source_positions</c>).</summary>
    public required int Positions { get; init; }

    /// <summary>Encoder frames averaged into a token (<c>pooling_kernel_size</c>).</summary>
    public required int PoolingKernel { get; init; }

    /// <summary>Encoder frames of an attention block (<c>quantize_causal_block_size</c>).</summary>
    public required int BlockFrames { get; init; }

    /// <summary>Entries of the codebook (<c>quantize_vocab_size</c>).</summary>
    public required int CodebookSize { get; init; }
}
