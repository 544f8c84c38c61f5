namespace VoiceGlm.TurnDetection;

/// <summary>What was heard in a window.</summary>
/// <param name="Start">Its first sample on the microphone's clock.</param>
/// <param name="End">The sample after its last.</param>
/// <param name="Probability">That somebody speaks, in [0, 1]; the echo is taken out.</param>
/// <param name="IsSounding">Whether a reply sounds, or its echo may.</param>
/// <param name="Excess">Part of the bands, of 1, that echo and noise do not explain.</param>
/// <param name="EchoLearned">Samples of sounding playout from which the echo is known.</param>
/// <param name="Muted">Whether the user muted the microphone.</param>
internal readonly record struct SpeechWindow(
    long Start, long End, float Probability, bool IsSounding, float Excess, long EchoLearned, bool Muted);
