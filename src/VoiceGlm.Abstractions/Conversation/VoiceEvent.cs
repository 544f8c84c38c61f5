namespace VoiceGlm;

/// <summary>What the far side is told, in order. Names follow the OpenAI and Microsoft.Extensions.AI real-time events.</summary>
public abstract record VoiceEvent
{
    private VoiceEvent()
    {
    }

    /// <summary>The session does something else now.</summary>
    /// <param name="State">What it does.</param>
    public sealed record StateChanged(ConversationState State) : VoiceEvent;

    /// <summary>All places are taken; the session waits for one.</summary>
    /// <param name="Position">Sessions before this one, and itself: 1 is next.</param>
    public sealed record Queued(int Position) : VoiceEvent;

    /// <summary>The user began to speak.</summary>
    /// <param name="At">On the clock of the microphone's stream.</param>
    public sealed record SpeechStarted(TimeSpan At) : VoiceEvent;

    /// <summary>The user has finished.</summary>
    /// <param name="At">On the clock of the microphone's stream: where the speech ended, not when that was decided.</param>
    public sealed record SpeechStopped(TimeSpan At) : VoiceEvent;

    /// <summary>What the user wrote instead of said, taken into the conversation.</summary>
    /// <param name="Text">The text.</param>
    public sealed record UserText(string Text) : VoiceEvent;

    /// <summary>A reply begins.</summary>
    /// <param name="Turn">Its number.</param>
    public sealed record ResponseCreated(TurnId Turn) : VoiceEvent;

    /// <summary>The next words of a reply.</summary>
    /// <param name="Turn">The reply.</param>
    /// <param name="Text">Whole characters.</param>
    public sealed record TextDelta(TurnId Turn, string Text) : VoiceEvent;

    /// <summary>The reply is to be played more softly, or as before: the user may have begun to speak.</summary>
    /// <param name="Turn">The reply.</param>
    /// <param name="Gain">Factor for the samples: 1 is as before.</param>
    public sealed record PlaybackDucked(TurnId Turn, float Gain) : VoiceEvent;

    /// <summary>A reply has ended.</summary>
    /// <param name="Turn">The reply.</param>
    /// <param name="Status">How.</param>
    /// <param name="Heard">How much of its speech was played.</param>
    /// <param name="HeardText">The words that belong to the speech that was played; all of them when it was completed.</param>
    /// <param name="Failure">Why, if it failed.</param>
    public sealed record ResponseDone(TurnId Turn, TurnStatus Status, TimeSpan Heard, string HeardText, TurnFailure? Failure = null) : VoiceEvent;

    /// <summary>Where the time of a turn went.</summary>
    /// <param name="Turn">The reply.</param>
    /// <param name="Timings">The parts.</param>
    public sealed record TurnTimed(TurnId Turn, TurnTimings Timings) : VoiceEvent;

    /// <summary>A card is shown, or the one of this id is shown anew.</summary>
    /// <param name="Id">Id of the card.</param>
    /// <param name="Card">What it shows.</param>
    public sealed record CardShown(string Id, Card Card) : VoiceEvent;

    /// <summary>Something that the client did cannot be done; the session goes on.</summary>
    /// <param name="Code">A word for programs, such as <c>invalid_audio</c>.</param>
    /// <param name="Message">A sentence for people: what was expected, what was found.</param>
    public sealed record Refused(string Code, string Message) : VoiceEvent;

    /// <summary>The session has ended.</summary>
    /// <param name="Reason">A word for programs: <c>hung_up</c>, <c>idle</c>, <c>session_limit</c>, <c>server_stopping</c>, <c>capacity</c>, <c>protocol_error</c>, <c>failed</c>, or <c>superseded</c> when another page goes on with it.</param>
    /// <param name="Message">A sentence for people.</param>
    public sealed record SessionEnded(string Reason, string Message) : VoiceEvent;
}

/// <summary>Where the time between the end of the user's speech and the first sound of the reply went. A part that did not happen is zero.</summary>
/// <param name="Endpoint">From the last speech to the decision that the user has finished.</param>
/// <param name="Tokenize">From the decision until the last speech token of the utterance was there.</param>
/// <param name="Prefill">Until the language model had read it.</param>
/// <param name="FirstToken">Until the first token of the reply.</param>
/// <param name="FirstBlock">Until the first block of its speech.</param>
/// <param name="FirstAudio">From the decision to the first frame given to the transport: the latency.</param>
/// <param name="SavedByHearing">Work on the utterance that was done while the user spoke: heard as a whole it would come after the decision.</param>
/// <param name="SavedByGuessing">How long before the decision the reply was begun, until its first block was there.</param>
public sealed record TurnTimings(
    TimeSpan Endpoint,
    TimeSpan Tokenize,
    TimeSpan Prefill,
    TimeSpan FirstToken,
    TimeSpan FirstBlock,
    TimeSpan FirstAudio,
    TimeSpan SavedByHearing,
    TimeSpan SavedByGuessing);
