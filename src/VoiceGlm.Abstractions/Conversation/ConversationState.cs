namespace VoiceGlm;

/// <summary>What a session is doing, as the far side is shown it.</summary>
public enum ConversationState
{
    /// <summary>Waiting for the user to speak.</summary>
    Listening,

    /// <summary>The user speaks.</summary>
    UserSpeaking,

    /// <summary>The user has finished; the reply has not begun to sound.</summary>
    Thinking,

    /// <summary>The reply sounds.</summary>
    Speaking,

    /// <summary>The session has ended.</summary>
    Closed,
}
