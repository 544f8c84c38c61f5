using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace VoiceGlm.Conversation;

/// <summary>Holds a conversation over each connection that a transport hands to it, as many at once as there are places. Thread-safe.</summary>
internal sealed partial class ConversationHandler : IVoiceConnectionHandler, IConversationDrain, IDisposable
{
    private readonly IVoiceStagesSource _source;
    private readonly IToolRouter _tools;
    private readonly CancellationTokenSource _draining = new();
    private int _held;
    private readonly ConversationOptions _options;
    private readonly ConversationMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly AdmissionQueue _admission;

    public ConversationHandler(
        IVoiceStagesSource source,
        IToolRouter tools,
        IOptions<ConversationOptions> options,
        ConversationMetrics metrics,
        TimeProvider time,
        ILogger<ConversationHandler> logger)
    {
        _tools = tools;
        _source = source;
        _options = options.Value;
        _metrics = metrics;
        _time = time;
        _logger = logger;
        _admission = new AdmissionQueue(_options.MaxSessions, _options.MaxQueuedSessions);
    }

    /// <inheritdoc/>
    public int SessionCount => Volatile.Read(ref _held);

    /// <inheritdoc/>
    public bool IsDraining => _draining.IsCancellationRequested;

    /// <inheritdoc/>
    public void BeginDrain() => _draining.Cancel();

    /// <inheritdoc/>
    public void Dispose() => _draining.Dispose();

    /// <inheritdoc/>
    public async Task RunAsync(IVoiceConnection connection, SessionSettings settings, CancellationToken cancellationToken)
    {
        if (IsDraining)
        {
            await connection.SendAsync(new VoiceEvent.SessionEnded("server_stopping", "The service is stopping."), cancellationToken).ConfigureAwait(false);
            return;
        }

        await NarrowAsync(cancellationToken).ConfigureAwait(false);
        using IDisposable? place = await EnterAsync(connection, cancellationToken).ConfigureAwait(false);
        if (place is null)
        {
            LogRefused(_logger, _options.MaxSessions, _options.MaxQueuedSessions);
            await connection.SendAsync(
                new VoiceEvent.SessionEnded("capacity", "All places are taken, and too many are waiting. Please try again later."), cancellationToken)
                .ConfigureAwait(false);
            return;
        }

        _metrics.CountActive(1);
        Interlocked.Increment(ref _held);
        try
        {
            VoiceStages stages = await _source.GetAsync(cancellationToken).ConfigureAwait(false);
            SessionSettings whole = settings with { SystemPrompt = settings.SystemPrompt ?? _options.SystemPrompt };
            await using ILanguageModelSession model = stages.LanguageModel.CreateSession(whole);
            // Tools may outlive a turn, and none the session.
            using var ended = new CancellationTokenSource();
            try
            {
                await new VoiceSession(connection, stages, _tools, model, _options, whole, _metrics, _time, _logger, ended.Token).RunAsync(_draining.Token, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                await ended.CancelAsync().ConfigureAwait(false);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _held);
            _metrics.CountActive(-1);
        }
    }

    // The model may have memory for fewer than are allowed. Nobody waits for it here: who is in before it is loaded waits inside.
    private async ValueTask NarrowAsync(CancellationToken cancellationToken)
    {
        Task<VoiceStages> loading = _source.GetAsync(cancellationToken);
        if (!loading.IsCompletedSuccessfully) return;
        VoiceStages stages = await loading.ConfigureAwait(false);
        if (stages.LanguageModel.MaxSessions is { } most) _admission.Narrow(most);
    }

    // Waits for a place; who hangs up while waiting leaves the queue.
    private async Task<IDisposable?> EnterAsync(IVoiceConnection connection, CancellationToken cancellationToken)
    {
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task tellings = Task.CompletedTask;
        bool queued = false;
        Task<IDisposable?> entering = _admission.EnterAsync(
            position =>
            {
                if (!queued) _metrics.CountQueued(1);
                queued = true;
                tellings = Task.WhenAll(tellings, connection.SendAsync(new VoiceEvent.Queued(position), leaving.Token).AsTask());
            },
            leaving.Token);
        try
        {
            Task hungUp = connection.Commands.Completion;
            if (await Task.WhenAny(entering, hungUp).ConfigureAwait(false) == hungUp) await leaving.CancelAsync().ConfigureAwait(false);
            return await entering.ConfigureAwait(false);
        }
        finally
        {
            if (queued) _metrics.CountQueued(-1);
            await tellings.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(4020, LogLevel.Warning, "A session was refused: {Sessions} are held, {Queued} wait", EventName = "SessionRefused")]
    private static partial void LogRefused(ILogger logger, int sessions, int queued);
}
