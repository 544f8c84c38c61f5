namespace VoiceGlm.Conversation;

/// <summary>The stages that every session shares: each holds the weights, and makes what belongs to one utterance or reply. Thread-safe.</summary>
/// <param name="TurnDetectors">Hears when the user begins and has finished.</param>
/// <param name="SpeechTokenizers">Speech to speech tokens.</param>
/// <param name="LanguageModel">Speech tokens to a reply.</param>
/// <param name="SpeechDecoders">Speech tokens to speech.</param>
public sealed record VoiceStages(
    ITurnDetectorFactory TurnDetectors,
    ISpeechTokenizerFactory SpeechTokenizers,
    ILanguageModel LanguageModel,
    ISpeechDecoderFactory SpeechDecoders);
