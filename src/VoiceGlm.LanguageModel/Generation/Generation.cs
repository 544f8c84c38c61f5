using System.Threading.Channels;

namespace VoiceGlm.LanguageModel;

/// <summary>
/// One request to the scheduler: evaluate what a context has pending, then continue it. Its ids appear in <see cref="Ids"/> as
/// they are chosen; the end token is neither told nor added to the context.
/// </summary>
/// <param name="context">The conversation.</param>
/// <param name="sampler">Chooses; null where nothing is generated.</param>
/// <param name="maxNewTokens">Ids at most; 0 to evaluate only.</param>
/// <param name="weighsOpening">Whether the probabilities of the ids before the first speech token are told as well.</param>
/// <param name="cancellationToken">Asks for the end.</param>
internal sealed class Generation(ConversationContext context, Sampler? sampler, int maxNewTokens, bool weighsOpening, CancellationToken cancellationToken)
{
    // About: the published model says 80 ms with 26 of 39 ids.
    private static readonly TimeSpan s_speechOfId = TimeSpan.FromMilliseconds(50);

    // Unbounded: a listener that waits must not hold the others' batch. More than one reader may be there, so that it can be counted.
    private readonly Channel<ChosenToken> _ids = Channel.CreateUnbounded<ChosenToken>(new UnboundedChannelOptions { SingleWriter = true });
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _playoutDeadline;
    private int _newTokens;
    private bool _weighs = weighsOpening;

    /// <summary>The conversation. Nobody else changes it until <see cref="Completion"/>.</summary>
    public ConversationContext Context => context;

    /// <summary>What asks for the end.</summary>
    public CancellationToken CancellationToken => cancellationToken;

    /// <summary>Whether tokens are wanted, or only the evaluation of the pending ones.</summary>
    public bool Generates => maxNewTokens > 0;

    /// <summary>When the speech that its listener has made of it will have sounded.</summary>
    public Deadline PlayoutDeadline
    {
        get => new(Volatile.Read(ref _playoutDeadline));
        set => Volatile.Write(ref _playoutDeadline, value.Timestamp);
    }

    /// <summary>When the next id is wanted: at once by a listener who waits, later by one who has some left.</summary>
    public Deadline Deadline => _ids.Reader.Count is > 0 and var unread
        ? Deadline.Later(PlayoutDeadline, Deadline.Now) + (unread * s_speechOfId)
        : PlayoutDeadline;

    /// <summary>The chosen ids.</summary>
    public ChannelReader<ChosenToken> Ids => _ids.Reader;

    /// <summary>Ends when the request is no longer worked on: with success, cancelled, or with the reason it failed for.</summary>
    public Task Completion => _completion.Task;

    /// <summary>Chooses the next token.</summary>
    /// <returns>Whether the generation goes on: the token is then pending in the context.</returns>
    /// <exception cref="InvalidOperationException">The context is full.</exception>
    public bool Accept(ReadOnlySpan<float> logits, SpeechVocabulary vocabulary)
    {
        TokenId id = sampler!.Next(logits, context.Ids);
        TokenKind kind = vocabulary.KindOf(id);
        if (kind == TokenKind.EndOfTurn) return false;
        if (kind == TokenKind.Speech) _weighs = false;
        context.Append(id);
        _ids.Writer.TryWrite(new ChosenToken(id, _weighs ? LogProbabilityOf(id, logits) : float.NaN));
        return ++_newTokens < maxNewTokens;
    }

    /// <summary>Ends the request with success.</summary>
    public void Complete()
    {
        _ids.Writer.TryComplete();
        _completion.TrySetResult();
    }

    /// <summary>Ends the request because its token asked for it.</summary>
    public void Cancel()
    {
        _ids.Writer.TryComplete(new OperationCanceledException(cancellationToken));
        _completion.TrySetCanceled(cancellationToken);
    }

    /// <summary>Ends the request because it failed.</summary>
    public void Fail(Exception exception)
    {
        _ids.Writer.TryComplete(exception);
        _completion.TrySetException(exception);
    }

    private static float LogProbabilityOf(TokenId id, ReadOnlySpan<float> logits)
    {
        float chosen = logits[id.Value];
        double sum = 0;
        foreach (float logit in logits) sum += Math.Exp(logit - chosen);
        return (float)-Math.Log(sum);
    }
}
