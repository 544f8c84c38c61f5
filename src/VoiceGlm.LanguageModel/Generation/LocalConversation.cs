using System.Runtime.CompilerServices;

namespace VoiceGlm.LanguageModel;

/// <summary>A conversation that this process continues, in one batch with the others.</summary>
internal sealed class LocalConversation : IConversationEngine
{
    private readonly GlmVoiceModel _model;
    private readonly ConversationContext _context;
    private Sampler _sampler;
    private SessionSettings _settings;
    private Task _lastWork = Task.CompletedTask;
    private Generation? _reply;

    public LocalConversation(GlmVoiceModel model, ConversationContext context, SessionSettings settings)
    {
        _model = model;
        _context = context;
        _settings = settings;
        _sampler = model.CreateSampler(settings);
    }

    /// <inheritdoc/>
    public TokenHistory History => _context;

    /// <inheritdoc/>
    public Deadline PlayoutDeadline
    {
        get => Volatile.Read(ref _reply)?.PlayoutDeadline ?? Deadline.AtOnce;
        set
        {
            if (Volatile.Read(ref _reply) is { } reply) reply.PlayoutDeadline = value;
        }
    }

    /// <inheritdoc/>
    public void Configure(SessionSettings settings)
    {
        if (settings.Temperature != _settings.Temperature || settings.TopP != _settings.TopP) _sampler = _model.CreateSampler(settings);
        _settings = settings;
    }

    /// <inheritdoc/>
    public Task EvaluateAsync(CancellationToken cancellationToken) => Start(maxNewTokens: 0, cancellationToken).Completion;

    /// <inheritdoc/>
    public async IAsyncEnumerable<ChosenToken> ContinueAsync(int maxNewTokens, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Generation generation = Start(maxNewTokens, stopping.Token);
        Volatile.Write(ref _reply, generation);
        try
        {
            await foreach (ChosenToken token in generation.Ids.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
            {
                stopping.Token.ThrowIfCancellationRequested();
                yield return token;
            }
        }
        finally
        {
            await stopping.CancelAsync().ConfigureAwait(false);
            await generation.Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Volatile.Write(ref _reply, null);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _lastWork.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _context.Dispose();
    }

    private Generation Start(int maxNewTokens, CancellationToken cancellationToken)
    {
        Generation generation = _model.Start(_context, _sampler, maxNewTokens, cancellationToken);
        _lastWork = generation.Completion;
        return generation;
    }
}
