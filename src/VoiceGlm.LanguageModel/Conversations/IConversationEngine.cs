namespace VoiceGlm.LanguageModel;

/// <summary>
/// Continues one conversation: the graph of this process, or a server. One operation at a time, and disposal when the last one is told to
/// end: it waits for it.
/// </summary>
internal interface IConversationEngine : IAsyncDisposable
{
    /// <summary>The conversation's ids. Their owner changes them between operations, the engine during one.</summary>
    TokenHistory History { get; }

    /// <summary>As <see cref="ILanguageModelSession.PlayoutDeadline"/>.</summary>
    Deadline PlayoutDeadline { get; set; }

    /// <summary>Takes other sampling settings from the next reply on.</summary>
    void Configure(SessionSettings settings);

    /// <summary>Evaluates ids that are pending, so that a reply has little left to read.</summary>
    Task EvaluateAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Continues the history, id by id, up to an end token (which is not told) or the number of ids asked for. When the enumeration ends,
    /// however it ends, the history holds at least the ids that were told.
    /// </summary>
    /// <exception cref="InvalidOperationException">The history is empty or full, or the model failed.</exception>
    IAsyncEnumerable<ChosenToken> ContinueAsync(int maxNewTokens, CancellationToken cancellationToken);
}
