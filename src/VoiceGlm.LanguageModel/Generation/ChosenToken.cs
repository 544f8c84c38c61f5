namespace VoiceGlm.LanguageModel;

/// <summary>A token of a reply.</summary>
/// <param name="Id">The token.</param>
/// <param name="LogProbability">The natural logarithm of its probability in the model's distribution, before sampling's filters; NaN where nobody has asked for it.</param>
internal readonly record struct ChosenToken(TokenId Id, float LogProbability);
