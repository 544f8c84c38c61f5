namespace VoiceGlm;

/// <summary>What the user said, as the language model hears it.</summary>
/// <param name="Speech">Shape [token count], 12.5 tokens per second of speech.</param>
public sealed record Utterance(ReadOnlyMemory<SpeechToken> Speech);
