namespace VoiceGlm.Cli;

/// <summary>What <c>eval --json</c> writes.</summary>
/// <param name="Conditions">The counts of each condition, in the order of the set.</param>
/// <param name="FirstAudioMs">From the end of what was said to the first speech of the reply, in milliseconds.</param>
/// <param name="RealTimeFactor">Time spent hearing, thinking and speaking, by the duration of what was heard and said; null where nothing was spoken.</param>
/// <param name="Wrong">Replies that were not right.</param>
internal sealed record EvaluationResult(
    IReadOnlyList<ConditionResult> Conditions, Percentiles? FirstAudioMs, double? RealTimeFactor, IReadOnlyList<WrongReply> Wrong);

/// <summary>The counts of one condition.</summary>
/// <param name="Condition">Its name.</param>
/// <param name="Turns">Things that were said.</param>
/// <param name="Intents">Those whose intent was understood, as a part of all.</param>
/// <param name="TurnsWithSlots">Things said with a number or a name in them.</param>
/// <param name="Slots">Those whose numbers and names were understood, as a part of these; null: there are none.</param>
/// <param name="Observations">Tools' answers.</param>
/// <param name="Said">Those that were said word for word, as a part of them; null: there are none.</param>
internal sealed record ConditionResult(string Condition, int Turns, double Intents, int TurnsWithSlots, double? Slots, int Observations, double? Said);

/// <summary>A reply that was not right.</summary>
/// <param name="Conversation">The conversation.</param>
/// <param name="Condition">Its condition.</param>
/// <param name="Turn">Which turn of it, from 0.</param>
/// <param name="Intent">What the user wanted.</param>
/// <param name="Text">What they said.</param>
/// <param name="Reply">What the model answered.</param>
internal sealed record WrongReply(string Conversation, string Condition, int Turn, string Intent, string Text, string Reply);
