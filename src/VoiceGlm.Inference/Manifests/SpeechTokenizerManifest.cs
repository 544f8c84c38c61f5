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

    /// <summary>Encoder frames that attend to one another in both directions; 0 when every frame attends to all.</summary>
    public required int BlockFrames { get; init; }

    /// <summary>Mel frames of one encoder frame: the stride of the second convolution.</summary>
    public required int MelFramesPerEncoderFrame { get; init; }

    /// <summary>Encoder frames averaged into one speech token.</summary>
    public required int EncoderFramesPerToken { get; init; }

    /// <summary>Encoder layers.</summary>
    public required int Layers { get; init; }

    /// <summary>Attention heads of a layer.</summary>
    public required int Heads { get; init; }

    /// <summary>Width of a head.</summary>
    public required int HeadSize { get; init; }

    /// <summary>Entries of the codebook.</summary>
    public required int CodebookSize { get; init; }
}
