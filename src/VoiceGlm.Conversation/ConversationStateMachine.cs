using static VoiceGlm.Conversation.ConversationAction;
using static VoiceGlm.Conversation.ConversationInput;
using static VoiceGlm.ConversationState;

namespace VoiceGlm.Conversation;

/// <summary>What happens to a conversation.</summary>
internal enum ConversationInput
{
    /// <summary>The user began to speak; while a reply sounds, certainly so.</summary>
    SpeechStarted,

    /// <summary>The user has finished.</summary>
    SpeechStopped,

    /// <summary>The user wrote something.</summary>
    TextSent,

    /// <summary>The user wants the reply to stop.</summary>
    StopRequested,

    /// <summary>The first frame of the reply was given to the connection.</summary>
    FirstAudio,

    /// <summary>The reply was played, or failed.</summary>
    TurnEnded,

    /// <summary>The far side is gone, or the session's time is over.</summary>
    HungUp,
}

/// <summary>What the session then does.</summary>
internal enum ConversationAction
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Begin to hear an utterance.</summary>
    Hear,

    /// <summary>Answer what was heard or written.</summary>
    Answer,

    /// <summary>Stop the reply.</summary>
    Interrupt,

    /// <summary>Stop the reply and begin to hear an utterance.</summary>
    InterruptAndHear,

    /// <summary>Stop the reply (or drop the utterance) and answer what was written.</summary>
    InterruptAndAnswer,
}

/// <summary>The conversation as a table: a pure function, total over state and input.</summary>
internal static class ConversationStateMachine
{
    /// <summary>The state after an input, and what is to be done.</summary>
    public static (ConversationState Next, ConversationAction Action) Step(ConversationState state, ConversationInput input) => (state, input) switch
    {
        (Closed, _) => (Closed, None),
        (_, HungUp) => (Closed, Interrupt),
        (Listening, SpeechStarted) => (UserSpeaking, Hear),
        (Listening, TextSent) => (Thinking, Answer),
        (UserSpeaking, SpeechStopped) => (Thinking, Answer),
        (UserSpeaking, TextSent) => (Thinking, InterruptAndAnswer),
        (Thinking, FirstAudio) => (Speaking, None),
        (Thinking or Speaking, TurnEnded) => (Listening, None),
        (Thinking or Speaking, StopRequested) => (Listening, Interrupt),
        (Thinking or Speaking, SpeechStarted) => (UserSpeaking, InterruptAndHear),
        (Thinking or Speaking, TextSent) => (Thinking, InterruptAndAnswer),
        _ => (state, None),
    };
}
