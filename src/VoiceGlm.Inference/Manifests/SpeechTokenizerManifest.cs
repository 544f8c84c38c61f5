namespace VoiceGlm.Inference;

/// <summary>The numbers of a speech tokenizer (reference: GLM-4-Voice <c>config.json</c> and <c>preprocessor_config.json</c>).</summary>
public sealed record SpeechTokenizerManifest
{
    /// <summary>Samples per second that the tokenizer hears.</summary>
    public required int SampleRate { get; init; }

    /// <summary>Samples of an independent segment; positions, the mel floor and attention start anew after it.</summary>
    public required int SegmentSamples { get; init; }

    /// <summary>Length of a Fourier transform, in samples.</summary>
    public required int FftLength { get; init; }

    /// <summary>Samples from one mel frame to the next.</summary>
    public required int HopLength { get; init; }

    /// <summary>Bins of the mel spectrogram.</summary>
    public required int MelBins { get; init; }

    /// <summary>Upper end of the mel scale, in hertz.</summary>
    public required double HighestMelHertz { get; init; }

    /// <summary>Mel frames that an encoder frame needs before its own first: how far the convolutions reach back.</summary>
    public required int LeftContextMelFrames { get; init; }

    /// <summary>
    /// Encoder frames that are encoded together: once all are there, later sound does not change them. 0 when every frame of a
    /// segment attends to all.
    /// </summary>
    public required int BlockFrames { get; init; }

    /// <summary>Mel frames of one encoder frame: the stride of the second convolution.</summary>
    public required int MelFramesPerEncoderFrame { get; init; }

    /// <summary>Encoder frames pooled into one speech token.</summary>
    public required int EncoderFramesPerToken { get; init; }

    /// <summary>Encoder layers.</summary>
    public required int Layers { get; init; }

    /// <summary>Layers before the pooling of encoder frames into tokens; those after it work on tokens.</summary>
    public required int LayersBeforePooling { get; init; }

    /// <summary>Whether a frame attends to earlier frames only, padding included, and not to its block.</summary>
    public required bool CausalAttention { get; init; }

    /// <summary>Attention heads of a layer.</summary>
    public required int Heads { get; init; }

    /// <summary>Width of a head.</summary>
    public required int HeadSize { get; init; }

    /// <summary>Entries of the codebook.</summary>
    public required int CodebookSize { get; init; }

    /// <summary>How the matrices were rounded; null where they are as published.</summary>
    public QuantizationManifest? Quantization { get; init; }
}
