namespace VoiceGlm;

/// <summary>What one session may set for itself. What is <see langword="null"/> is as the service's options say.</summary>
public sealed record SessionSettings
{
    /// <summary>What the model is told before the conversation; the published model was trained on one prompt only and follows others loosely.</summary>
    public string? SystemPrompt { get; init; }

    /// <summary>What the assistant says first, or empty for nothing.</summary>
    public string? Greeting { get; init; }

    /// <summary>Sampling temperature; 0 takes the most likely token.</summary>
    public float? Temperature { get; init; }

    /// <summary>Probability mass that sampling keeps, in (0, 1].</summary>
    public float? TopP { get; init; }

    /// <summary>Probability above which a frame counts as speech, in [0, 1].</summary>
    public float? SpeechThreshold { get; init; }

    /// <summary>Silence after which an utterance has ended.</summary>
    public TimeSpan? EndSilence { get; init; }

    /// <summary>Whether the user may speak over the reply.</summary>
    public bool? AllowInterruption { get; init; }

    /// <summary>Language of the interface and of the service's own sentences: <c>en</c> or <c>zh</c>.</summary>
    public string? Language { get; init; }
}
