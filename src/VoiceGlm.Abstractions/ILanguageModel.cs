namespace VoiceGlm;

/// <summary>Holds the language model's weights. Thread-safe; lives as long as the process.</summary>
public interface ILanguageModel
{
    /// <summary>Speech tokens that follow one group of words while there are words left: the second number of the published 13 : 26.</summary>
    int SpeechGroupTokens { get; }

    /// <summary>Conversations that the model has memory for, or <see langword="null"/>, the default, where it does not say.</summary>
    int? MaxSessions => null;

    /// <summary>Begins a conversation. It keeps its place in the model's memory until it is disposed.</summary>
    /// <param name="settings">What the session sets for itself; <see langword="null"/> for the model's own options.</param>
    /// <exception cref="InvalidOperationException">As many conversations are held as the model's options allow.</exception>
    ILanguageModelSession CreateSession(SessionSettings? settings = null);
}

/// <summary>
/// One conversation as the model remembers it: what was said so far and where it stands. One operation at a time; only
/// <see cref="Position"/>, <see cref="PlayoutDeadline"/> and disposal may come from elsewhere.
/// </summary>
public interface ILanguageModelSession : IAsyncDisposable
{
    /// <summary>Tokens that the conversation holds: a place to come back to with <see cref="Rewind"/>.</summary>
    int Position { get; }

    /// <summary>Tokens that the conversation may hold.</summary>
    int Capacity { get; }

    /// <summary>
    /// Speech tokens at the end of the conversation that have not been answered: the utterance that <see cref="HearAsync"/>
    /// goes on with. 0 after a reply, or at the beginning.
    /// </summary>
    int UnansweredSpeechTokens { get; }

    /// <summary>
    /// When the speech of the reply under way will have sounded as far as it is decoded: more is wanted by then. Each reply begins with
    /// <see cref="Deadline.AtOnce"/>: somebody waits for its first sound. May be set at any time, by any thread.
    /// </summary>
    Deadline PlayoutDeadline { get; set; }

    /// <summary>
    /// Takes other sampling settings from the next reply on. A system prompt is only taken before the first turn. A model that is told the
    /// time is told it anew: positions of before are void.
    /// </summary>
    void Configure(SessionSettings settings);

    /// <summary>
    /// Hears more of what the user is saying, and reads it at once, so that little is left to read when they end. The first
    /// call after a reply begins the next turn; after a <see cref="Rewind"/> to a place inside the utterance it goes on with that one.
    /// </summary>
    /// <param name="update">Tokens that follow those told before, or replace the last of them.</param>
    /// <param name="cancellationToken">Ends the reading; the tokens stay part of the conversation and are read later.</param>
    /// <exception cref="ArgumentOutOfRangeException">The update begins after the tokens told so far.</exception>
    /// <exception cref="InvalidOperationException">The conversation is full.</exception>
    Task HearAsync(SpeechTokenUpdate update, CancellationToken cancellationToken);

    /// <summary>Reads what the user wrote: a turn of its own.</summary>
    /// <param name="text">Words, as they are.</param>
    /// <param name="cancellationToken">As in <see cref="HearAsync"/>.</param>
    /// <exception cref="InvalidOperationException">The conversation is full.</exception>
    Task ReadAsync(string text, CancellationToken cancellationToken);

    /// <summary>
    /// Reads what a tool answered to the call that the last reply was: the same turn goes on with another reply. Any text can be given so,
    /// also where no tool was called: a model that is trained for it says the text.
    /// </summary>
    /// <param name="text">Words, as they are.</param>
    /// <param name="cancellationToken">As in <see cref="HearAsync"/>.</param>
    /// <exception cref="InvalidOperationException">The conversation is full.</exception>
    Task ObserveAsync(string text, CancellationToken cancellationToken);

    /// <summary>
    /// Answers what was heard or read, part by part as it is thought of. When the enumeration ends early, the conversation
    /// holds what was handed out and nothing more.
    /// </summary>
    /// <exception cref="InvalidOperationException">The conversation is full, or the model failed.</exception>
    IAsyncEnumerable<ReplyPart> ReplyAsync(CancellationToken cancellationToken);

    /// <summary>Forgets what came after a position: to what was heard of a reply, or to where an utterance goes on.</summary>
    /// <param name="position">A <see cref="Position"/> or <see cref="ReplyPart.Position"/> of before.</param>
    /// <exception cref="ArgumentOutOfRangeException">The conversation is not as long.</exception>
    void Rewind(int position);

    /// <summary>Makes room: forgets the oldest turn whole, utterance and reply; what the model was told before the conversation stays. Positions of before are void.</summary>
    /// <returns>Whether there was a turn before the last one.</returns>
    bool ForgetOldestTurn();
}
