using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace VoiceGlm.Conversation;

/// <summary>
/// One utterance and the reply to it. The session tells it what the microphone hears and what the turn detector decides; it
/// hears, guesses, answers and plays on its own. The session's loop calls its methods; none of them waits.
/// </summary>
internal sealed partial class Turn
{
    private readonly VoiceStages _stages;
    private readonly ILanguageModelSession _model;
    private readonly IVoiceConnection _connection;
    private readonly TurnClock _clock;
    private readonly TurnWork _work;
    private readonly ConversationMetrics _metrics;
    private readonly bool _logTranscripts;
    private readonly ILogger _logger;
    private readonly bool _guess;
    private readonly IToolRouter _tools;
    private readonly IToolSession _toolSession;
    private readonly TimeProvider _time;
    private readonly Action<TurnTimings> _firstAudio;
    private readonly CancellationTokenSource _cancellation;

    // Unbounded: no longer than the longest utterance that the turn detector allows.
    private readonly Channel<Input> _inputs = Channel.CreateUnbounded<Input>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Task _previous;
    private Reply? _reply;
    private volatile bool _interrupted;

    public Turn(
        TurnId id,
        VoiceStages stages,
        ILanguageModelSession model,
        IVoiceConnection connection,
        TurnSettings settings,
        Task previous,
        Action<TurnTimings> firstAudio,
        CancellationToken cancellationToken)
    {
        Id = id;
        _stages = stages;
        _model = model;
        _connection = connection;
        _clock = new TurnClock(settings.Time);
        _work = new TurnWork(settings.Time);
        _metrics = settings.Metrics;
        _logTranscripts = settings.LogTranscripts;
        _logger = settings.Logger;
        _guess = settings.GuessTheEnd;
        _tools = settings.Tools;
        _toolSession = settings.ToolSession;
        _time = settings.Time;
        _firstAudio = firstAudio;
        _previous = previous;
        _cancellation = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Completion = RunAsync(settings, _cancellation.Token);
    }

    /// <summary>Its number.</summary>
    public TurnId Id { get; }

    /// <summary>Ends when the turn has, its memory is corrected, and the far side was told; never throws.</summary>
    public Task Completion { get; }

    /// <summary>The next samples of the reply that have sounded, for the turn detector.</summary>
    public AudioFrame? TakePlayed() => Volatile.Read(ref _reply)?.Playout.Take(_connection.PlayedOf(Id));

    /// <summary>The microphone heard more of the utterance.</summary>
    public void Hear(AudioFrame frame) => _inputs.Writer.TryWrite(new Input.Frame(frame));

    /// <summary>The user pauses: perhaps they have finished.</summary>
    public void Pause()
    {
        if (_guess) _inputs.Writer.TryWrite(new Input.Pause());
    }

    /// <summary>They had not.</summary>
    public void Resume()
    {
        if (_guess) _inputs.Writer.TryWrite(new Input.Resume());
    }

    /// <summary>The user has finished speaking.</summary>
    /// <param name="decided">When that was decided.</param>
    /// <param name="endpoint">How long after their last sound.</param>
    public void Answer(long decided, TimeSpan endpoint) => End(new Input.End(decided, endpoint, null));

    /// <summary>The user wrote something instead.</summary>
    public void Answer(long decided, string text) => End(new Input.End(decided, TimeSpan.Zero, text));

    /// <summary>Nobody said anything: a tool has something to say.</summary>
    public void Announce(long decided, string words) => End(new Input.End(decided, TimeSpan.Zero, words, IsObserved: true));

    /// <summary>Barge-in: silence the mouth, stop the mind, correct the memory.</summary>
    public async Task InterruptAsync()
    {
        if (Completion.IsCompleted) return;
        _interrupted = true;
        await _connection.FlushAsync(Id).ConfigureAwait(false);
        await _cancellation.CancelAsync().ConfigureAwait(false);
        await Completion.ConfigureAwait(false);
    }

    private void End(Input.End end)
    {
        _inputs.Writer.TryWrite(end);
        _inputs.Writer.TryComplete();
    }

    private async Task RunAsync(TurnSettings settings, CancellationToken cancellationToken)
    {
        TurnStatus status = TurnStatus.Completed;
        TurnFailure? failure = null;
        try
        {
            // The turn before uses the model until it has corrected what the model remembers of it.
            await _previous.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
            _model.Configure(settings.Session);
            while (_model.Capacity - _model.Position < settings.ReservedTokens && _model.ForgetOldestTurn()) LogTurnForgotten(_logger, Id.Value);
            Reply reply = await HearAsync(cancellationToken).ConfigureAwait(false);
            reply.Release();
            await reply.Completion.ConfigureAwait(false);
            // A flushed connection takes what is left of a reply without playing it: that is no completion.
            if (_interrupted) status = TurnStatus.Cancelled;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            status = TurnStatus.Cancelled;
        }
#pragma warning disable CA1031 // What happens to a turn is data: the session goes on.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            status = TurnStatus.Failed;
            VoiceStage stage = exception is StageException marked ? marked.Stage : VoiceStage.Playout;
            failure = new TurnFailure(stage, "The reply could not be made.");
            LogTurnFailed(_logger, Id.Value, stage, exception);
        }

        await FinishAsync(status, failure).ConfigureAwait(false);
        _work.End(Id, status, _metrics);
    }

    // Hears until the end is decided, and answers; at a pause, answers in advance and holds the reply.
    private async Task<Reply> HearAsync(CancellationToken cancellationToken)
    {
        using ISpeechTokenizer tokenizer = _stages.SpeechTokenizers.Create();
        var hearing = new Hearing(tokenizer, _model, _work.Hearing);
        List<AudioFrame> sincePause = [];
        await foreach (Input input in _inputs.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            switch (input)
            {
                case Input.Frame frame when _reply is null:
                    await hearing.AppendAsync(frame.Samples, _clock, cancellationToken).ConfigureAwait(false);
                    break;
                case Input.Frame frame:
                    sincePause.Add(frame.Samples);
                    break;
                case Input.Pause when _reply is null:
                    _clock.Guess();
                    await hearing.PreviewAsync(_clock, cancellationToken).ConfigureAwait(false);
                    Begin(cancellationToken);
                    break;
                case Input.Resume when _reply is { } guess:
                    await guess.CancelAsync().ConfigureAwait(false);
                    _reply = null;
                    _clock.Forget();
                    hearing.Return();
                    foreach (AudioFrame frame in sincePause) await hearing.AppendAsync(frame, _clock, cancellationToken).ConfigureAwait(false);
                    sincePause.Clear();
                    break;
                case Input.End end:
                    _clock.Decide(end.Decided, end.Endpoint);
                    if (end.Text is { } text)
                    {
                        if (_logTranscripts && !end.IsObserved) LogWritten(_logger, Id.Value, text);
                        await StageException.MarkAsync(
                            VoiceStage.LanguageModel,
                            () => end.IsObserved ? _model.ObserveAsync(text, cancellationToken) : _model.ReadAsync(text, cancellationToken)).ConfigureAwait(false);
                        _clock.Read();
                        Begin(cancellationToken);
                    }
                    else if (_reply is null)
                    {
                        await hearing.CompleteAsync(_clock, cancellationToken).ConfigureAwait(false);
                        Begin(cancellationToken);
                    }

                    return _reply!;
            }
        }

        throw new OperationCanceledException(cancellationToken);
    }

    private void Begin(CancellationToken cancellationToken) =>
        Volatile.Write(ref _reply, new Reply(Id, _stages, _tools, _toolSession, _time, _model, _connection, _clock, _work, _firstAudio, cancellationToken));

    private async Task FinishAsync(TurnStatus status, TurnFailure? failure)
    {
        if (_reply is not { } reply)
        {
            if (failure is not null) await TellAsync(new VoiceEvent.ResponseDone(Id, status, TimeSpan.Zero, "", failure)).ConfigureAwait(false);
            return;
        }

        await reply.CancelAsync().ConfigureAwait(false);
        TimeSpan played = status == TurnStatus.Completed ? _connection.PlayedOf(Id) : await _connection.FlushAsync(Id).ConfigureAwait(false);
        string text = reply.Text;
        if (status != TurnStatus.Completed)
        {
            HeardReply heard = reply.HeardIn(played);
            _model.Rewind(heard.Position);
            text = heard.Text;
        }

        LogTurnEnded(_logger, Id.Value, status, played.TotalSeconds);
        if (_logTranscripts) LogHeard(_logger, Id.Value, text);
        if (reply.IsAnnounced || failure is not null) await TellAsync(new VoiceEvent.ResponseDone(Id, status, played, text, failure)).ConfigureAwait(false);
    }

    private async Task TellAsync(VoiceEvent voiceEvent)
    {
        try
        {
            await _connection.SendAsync(voiceEvent, CancellationToken.None).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // The far side may be gone; the turn has ended all the same.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogNotTold(_logger, Id.Value, exception);
        }
    }

    [LoggerMessage(4001, LogLevel.Information, "Turn {Turn} ended: {Status}, {Heard:F2} s heard", EventName = "TurnEnded")]
    private static partial void LogTurnEnded(ILogger logger, long turn, TurnStatus status, double heard);

    [LoggerMessage(4002, LogLevel.Error, "Turn {Turn} failed in {Stage}", EventName = "TurnFailed")]
    private static partial void LogTurnFailed(ILogger logger, long turn, VoiceStage stage, Exception exception);

    [LoggerMessage(4003, LogLevel.Information, "Turn {Turn} needs room: the oldest turn is forgotten", EventName = "TurnForgotten")]
    private static partial void LogTurnForgotten(ILogger logger, long turn);

    [LoggerMessage(4004, LogLevel.Debug, "The end of turn {Turn} could not be told", EventName = "TurnEndNotTold")]
    private static partial void LogNotTold(ILogger logger, long turn, Exception exception);

    [LoggerMessage(4005, LogLevel.Information, "Turn {Turn}, the user wrote: {Text}", EventName = "UserText")]
    private static partial void LogWritten(ILogger logger, long turn, string text);

    [LoggerMessage(4006, LogLevel.Information, "Turn {Turn}, the user heard: {Text}", EventName = "AssistantText")]
    private static partial void LogHeard(ILogger logger, long turn, string text);

    private abstract record Input
    {
        public sealed record Frame(AudioFrame Samples) : Input;

        public sealed record Pause : Input;

        public sealed record Resume : Input;

        public sealed record End(long Decided, TimeSpan Endpoint, string? Text, bool IsObserved = false) : Input;
    }
}

/// <summary>What a session's turns have in common.</summary>
/// <param name="Time">The clock.</param>
/// <param name="Logger">Where a turn's story is told.</param>
/// <param name="GuessTheEnd">Whether replies are begun at short pauses.</param>
/// <param name="ReservedTokens">Tokens of the model's context that a turn finds free.</param>
/// <param name="Metrics">Where a turn's figures go.</param>
/// <param name="LogTranscripts">Whether words are told to the logger.</param>
/// <param name="Session">What the session sets for itself.</param>
/// <param name="Tools">What the model may have done for it.</param>
/// <param name="ToolSession">What tools see of the session.</param>
internal sealed record TurnSettings(TimeProvider Time, ILogger Logger, bool GuessTheEnd, int ReservedTokens, ConversationMetrics Metrics, bool LogTranscripts, SessionSettings Session, IToolRouter Tools, IToolSession ToolSession);
