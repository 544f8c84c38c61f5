namespace VoiceGlm.Inference;

/// <summary>When a model is so unsure of what it was told that it should ask again, and in which words.</summary>
public sealed record AskAgainManifest
{
    /// <summary>What is said then.</summary>
    public required string Text { get; init; }

    /// <summary>The mean natural log probability of a reply's words before its first speech token below which it is not said; negative.</summary>
    public required double LogProbability { get; init; }
}
