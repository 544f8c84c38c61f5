namespace VoiceGlm;

/// <summary>How a turn stands.</summary>
public enum TurnStatus
{
    /// <summary>The reply is being made or spoken.</summary>
    InProgress,

    /// <summary>All of the reply was played.</summary>
    Completed,

    /// <summary>The user interrupted, or the session ended.</summary>
    Cancelled,

    /// <summary>A stage failed; see <see cref="TurnFailure"/>.</summary>
    Failed,
}

/// <summary>The stages a turn passes through.</summary>
public enum VoiceStage
{
    /// <summary>Deciding when the user begins and has finished.</summary>
    TurnDetection,

    /// <summary>Speech to speech tokens.</summary>
    SpeechTokenizer,

    /// <summary>The reply, in text and speech tokens.</summary>
    LanguageModel,

    /// <summary>Speech tokens to speech.</summary>
    SpeechDecoder,

    /// <summary>Speech on its way to the ear.</summary>
    Playout,
}

/// <summary>Why a turn failed.</summary>
/// <param name="Stage">Where.</param>
/// <param name="Message">A sentence for the user; no internals.</param>
public sealed record TurnFailure(VoiceStage Stage, string Message);
