namespace VoiceGlm.Checkpoints.Synthesis;

/// <summary>Which checkpoints of a model are meant.</summary>
[Flags]
public enum CheckpointParts
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>The speech tokenizer, <c>glm-4-voice-tokenizer</c>.</summary>
    SpeechTokenizer = 1,

    /// <summary>The language model, named for its profile.</summary>
    LanguageModel = 2,

    /// <summary>The speech decoder, <c>glm-4-voice-decoder</c>.</summary>
    SpeechDecoder = 4,

    /// <summary>All three.</summary>
    All = SpeechTokenizer | LanguageModel | SpeechDecoder,
}
