namespace VoiceGlm;

/// <summary>Number of a reply within its session, increasing. What barge-in makes stale.</summary>
/// <param name="Value">1 for the first reply.</param>
public readonly record struct TurnId(long Value);

/// <summary>One conversation, which outlives a lost connection.</summary>
/// <param name="Value">A random number that cannot be guessed.</param>
public readonly record struct SessionId(Guid Value);
