namespace VoiceGlm;

/// <summary>One entry of the speech codebook: 80 ms of speech.</summary>
/// <param name="CodebookIndex">Index in [0, codebook size). Not an id of the language model's joint vocabulary.</param>
public readonly record struct SpeechToken(int CodebookIndex);
