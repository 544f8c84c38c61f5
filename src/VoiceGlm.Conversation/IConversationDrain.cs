namespace VoiceGlm.Conversation;

/// <summary>Ends the conversations before the service stops: new ones are refused, turns that are under way are spoken to their end. Thread-safe.</summary>
public interface IConversationDrain
{
    /// <summary>Conversations that are held now.</summary>
    int SessionCount { get; }

    /// <summary>Whether new conversations are refused.</summary>
    bool IsDraining { get; }

    /// <summary>Refuses new conversations, and ends each of those that are held when it next listens.</summary>
    void BeginDrain();
}
