namespace VoiceGlm;

/// <summary>Holds the voice activity network. Thread-safe; lives as long as the process.</summary>
public interface ITurnDetectorFactory
{
    /// <summary>Creates the detector of one session.</summary>
    ITurnDetector Create(SessionSettings settings);
}

/// <summary>Hears when the user begins and when they have finished. Not thread-safe.</summary>
public interface ITurnDetector : IDisposable
{
    /// <summary>Hears the next samples of the microphone.</summary>
    /// <param name="frame">16 kHz, of any length up to 100 ms; frames follow one another.</param>
    /// <returns>What was decided, at most one thing a frame.</returns>
    TurnSignal Process(AudioFrame frame);

    /// <summary>Tells what is being played to the user right now, so that its echo is not taken for the user. Called about as often as <see cref="Process"/> while a reply sounds.</summary>
    /// <param name="frame">The samples that sound, at any rate, as softly as they are played; they follow those of the call before unless there was a pause.</param>
    void NotePlayout(AudioFrame frame);

    /// <summary>The user pressed or released push-to-talk: pressed begins an utterance, released ends it.</summary>
    TurnSignal SetPushToTalk(bool pressed);

    /// <summary>The user has finished, whatever is heard.</summary>
    TurnSignal Commit();

    /// <summary>The user muted the microphone, or opened it again: what is heard while it is muted is no silence, and ends no utterance.</summary>
    void SetMuted(bool muted);
}

/// <summary>What a turn detector decided.</summary>
public enum TurnSignalKind
{
    /// <summary>Nothing new.</summary>
    None,

    /// <summary>The user speaks. While a reply sounds this is said only when it is certain: the reply is to stop.</summary>
    SpeechStarted,

    /// <summary>A short pause: perhaps the user has finished. The reply may be begun, and held.</summary>
    SpeechPaused,

    /// <summary>The pause was only a pause.</summary>
    SpeechResumed,

    /// <summary>The user has finished.</summary>
    SpeechStopped,

    /// <summary>A reply sounds, and the user may have begun to speak: play more softly.</summary>
    InterruptionSuspected,

    /// <summary>It was not the user: play on as before.</summary>
    InterruptionDismissed,
}

/// <summary>A decision and the place on the microphone's stream that it is about.</summary>
/// <param name="Kind">What was decided.</param>
/// <param name="Position">Sample of the microphone's stream (16 kHz) where speech began or ended; before the frame that decided it. For a beginning, the pre-roll is already taken off.</param>
public readonly record struct TurnSignal(TurnSignalKind Kind, long Position);
