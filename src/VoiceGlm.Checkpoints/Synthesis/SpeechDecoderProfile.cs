namespace VoiceGlm.Checkpoints.Synthesis;

/// <summary>The sizes of a speech decoder checkpoint: flow and vocoder (keys of its <c>config.yaml</c> in brackets).</summary>
public sealed record SpeechDecoderProfile
{
    /// <summary>Entries of the speech codebook (<c>flow: vocab_size</c>).</summary>
    public required int CodebookSize { get; init; }

    /// <summary>Bins of the mel spectrogram (<c>flow: output_size</c>, <c>hift: in_channels</c>).</summary>
    public required int MelBins { get; init; }

    /// <summary>Width of a speaker embedding (<c>spk_embed_dim</c>).</summary>
    public required int SpeakerEmbeddingSize { get; init; }

    /// <summary>Width of the encoder (<c>flow: input_size</c>, <c>encoder: output_size</c>).</summary>
    public required int EncoderWidth { get; init; }

    /// <summary>Attention heads of the encoder (<c>encoder: attention_heads</c>).</summary>
    public required int EncoderHeads { get; init; }

    /// <summary>Width of the encoder's feed-forward layers (<c>encoder: linear_units</c>).</summary>
    public required int EncoderFeedForwardWidth { get; init; }

    /// <summary>Layers of the encoder (<c>encoder: num_blocks</c>).</summary>
    public required int EncoderLayers { get; init; }

    /// <summary>Tokens of an attention block of the encoder (<c>encoder: block_size</c>).</summary>
    public required int EncoderBlockTokens { get; init; }

    /// <summary>Widths of the estimator from outside in (<c>estimator: channels</c>), multiples of 8.</summary>
    public required IReadOnlyList<int> EstimatorChannels { get; init; }

    /// <summary>Width of an attention head of the estimator (<c>estimator: attention_head_dim</c>).</summary>
    public required int EstimatorHeadSize { get; init; }

    /// <summary>Attention heads of the estimator (<c>estimator: num_heads</c>).</summary>
    public required int EstimatorHeads { get; init; }

    /// <summary>Transformers of one estimator block (<c>estimator: n_blocks</c>).</summary>
    public required int EstimatorTransformers { get; init; }

    /// <summary>Blocks in the middle of the estimator (<c>estimator: num_mid_blocks</c>).</summary>
    public required int EstimatorMiddleBlocks { get; init; }

    /// <summary>Channels of the vocoder before the first upsampling (<c>hift: base_channels</c>).</summary>
    public required int VocoderChannels { get; init; }

    /// <summary>Channels of the fundamental's predictor (<c>f0_predictor: cond_channels</c>).</summary>
    public required int FundamentalChannels { get; init; }

    /// <summary>Overtones of the source (<c>hift: nb_harmonics</c>).</summary>
    public int Harmonics { get; init; } = 8;

    /// <summary>Samples per second (<c>sample_rate</c>).</summary>
    public int SampleRate { get; init; } = 22_050;

    /// <summary>Factors of the vocoder's upsampling (<c>hift: upsample_rates</c>).</summary>
    public IReadOnlyList<int> UpsampleRates { get; init; } = [8, 8];

    /// <summary>Kernels of the upsampling (<c>hift: upsample_kernel_sizes</c>).</summary>
    public IReadOnlyList<int> UpsampleKernels { get; init; } = [16, 16];

    /// <summary>Kernels of the residual blocks of each upsampling (<c>hift: resblock_kernel_sizes</c>).</summary>
    public IReadOnlyList<int> ResidualKernels { get; init; } = [3, 7, 11];

    /// <summary>Kernels of the source's residual blocks, one for each upsampling (<c>hift: source_resblock_kernel_sizes</c>).</summary>
    public IReadOnlyList<int> SourceResidualKernels { get; init; } = [7, 11];

    /// <summary>Dilations in every residual block (<c>hift: resblock_dilation_sizes</c>, <c>source_resblock_dilation_sizes</c>).</summary>
    public IReadOnlyList<int> Dilations { get; init; } = [1, 3, 5];

    /// <summary>Length of the vocoder's Fourier transform, in samples (<c>hift: istft_params: n_fft</c>).</summary>
    public int FftLength { get; init; } = 16;

    /// <summary>Samples from one of its frames to the next (<c>hift: istft_params: hop_len</c>).</summary>
    public int FftHop { get; init; } = 4;
}
