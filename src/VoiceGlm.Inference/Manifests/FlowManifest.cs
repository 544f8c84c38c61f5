namespace VoiceGlm.Inference;

/// <summary>The numbers of the flow-matching network (reference: <c>flow:</c> of the decoder's <c>config.yaml</c>).</summary>
public sealed record FlowManifest
{
    /// <summary>Entries of the speech codebook.</summary>
    public required int CodebookSize { get; init; }

    /// <summary>Speech tokens per second.</summary>
    public required double TokenRate { get; init; }

    /// <summary>Bins of the mel spectrogram.</summary>
    public required int MelBins { get; init; }

    /// <summary>Tokens of a block of the encoder: attention reaches to the end of a token's own block.</summary>
    public required int EncoderBlockTokens { get; init; }

    /// <summary>Euler steps from noise to spectrogram.</summary>
    public required int Steps { get; init; }

    /// <summary>Strength of the classifier-free guidance.</summary>
    public required float GuidanceRate { get; init; }

    /// <summary>Whether the steps lie on a cosine instead of evenly.</summary>
    public bool CosineSchedule { get; init; } = true;

    /// <summary>Width of a speaker embedding.</summary>
    public required int SpeakerEmbeddingSize { get; init; }
}
