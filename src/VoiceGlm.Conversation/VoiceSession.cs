using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace VoiceGlm.Conversation;

/// <summary>
/// One conversation. A single loop takes what happens, in order, asks the state machine what to do and tells the turn;
/// whatever takes time runs in the turn.
/// </summary>
internal sealed partial class VoiceSession
{
    private static readonly Input.Over s_stopping = new("server_stopping", "The service is stopping.");

    private readonly IVoiceConnection _connection;
    private readonly VoiceStages _stages;
    private readonly ILanguageModelSession _model;
    private readonly ConversationOptions _options;
    private readonly ConversationMetrics _metrics;
    private readonly ILogger _logger;
    private readonly PreRoll _preRoll = new(TimeSpan.FromSeconds(2));

    // Small: what fills it, the microphone, is dropped at its own channel when the loop cannot follow.
    private readonly Channel<Input> _inputs = Channel.CreateBounded<Input>(new BoundedChannelOptions(64) { SingleReader = true });

    private readonly Queue<string> _announcements = [];
    private readonly ToolSession _toolSession;
    private TurnSettings _turnSettings;
    private ITurnDetector _detector;
    private ConversationState _state = ConversationState.Listening;
    private Turn? _turn;
    private Task _lastInterruption = Task.CompletedTask;
    private long _turnCount;
    private long _microphonePosition;
    private bool _ducked;
    private bool _draining;
    private Input.Over _end = new("hung_up", "The far side hung up.");

    public VoiceSession(
        IVoiceConnection connection,
        VoiceStages stages,
        IToolRouter tools,
        ILanguageModelSession model,
        ConversationOptions options,
        SessionSettings settings,
        ConversationMetrics metrics,
        TimeProvider time,
        ILogger logger,
        CancellationToken ended)
    {
        _connection = connection;
        _stages = stages;
        _model = model;
        _options = options;
        _metrics = metrics;
        _logger = logger;
        _toolSession = new ToolSession(connection, () => Settings.Language ?? "en", time, words => _ = PostAsync(new Input.Announced(words), ended), ended);
        _turnSettings = new TurnSettings(time, logger, options.GuessTheEnd, options.ReservedTokens, metrics, options.LogTranscripts, settings, tools, _toolSession);
        _detector = stages.TurnDetectors.Create(settings);
    }

    private TimeProvider Time => _turnSettings.Time;

    private SessionSettings Settings => _turnSettings.Session;

    private bool AllowInterruption => Settings.AllowInterruption ?? _options.AllowInterruption;

    private bool IsReplying => _state is ConversationState.Thinking or ConversationState.Speaking;

    /// <summary>Runs until the far side hangs up, the session's time is over or the service stops.</summary>
    /// <param name="draining">Ends the session when it next listens.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    public async Task RunAsync(CancellationToken draining, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task microphone = PumpAsync(_connection.Microphone, static frame => new Input.Heard(frame), new Input.Over("hung_up", "The far side hung up."), ending.Token);
        Task commands = PumpAsync(_connection.Commands, static command => new Input.Asked(command), atEnd: null, ending.Token);
        using ITimer limit = Timer(_options.SessionLimit, new Input.Over("session_limit", "The session has reached its longest time."), ending.Token);
        using ITimer idle = Timer(_options.IdleTimeout, new Input.Over("idle", "Nobody has spoken for a while."), ending.Token);
        using CancellationTokenRegistration drain = draining.UnsafeRegister(_ => _ = PostAsync(new Input.Drained(), ending.Token), null);
        try
        {
            await TellStateAsync(ending.Token).ConfigureAwait(false);
            await GreetAsync(ending.Token).ConfigureAwait(false);
            while (_state != ConversationState.Closed)
            {
                Input input = await _inputs.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                ConversationState before = _state;
                await TakeAsync(input, ending.Token).ConfigureAwait(false);
                // Nobody speaks: what tools have to say is said.
                if (_state == ConversationState.Listening && !_draining && _announcements.TryDequeue(out string? words)) Announce(words, ending.Token);
                if (_draining && _state == ConversationState.Listening) Step(ConversationInput.HungUp);
                if (_state != before)
                {
                    await TellStateAsync(ending.Token).ConfigureAwait(false);
                    // Time is idle while the session listens; a turn of its own takes as long as it takes.
                    idle.Change(_state == ConversationState.Listening ? _options.IdleTimeout : Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            _end = s_stopping;
        }
        finally
        {
            if (_turn is { } turn) await turn.InterruptAsync().ConfigureAwait(false);
            await _lastInterruption.ConfigureAwait(false);
            await ending.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(microphone, commands).ConfigureAwait(false);
            await TellEndAsync().ConfigureAwait(false);
            _detector.Dispose();
        }
    }

    private async ValueTask TakeAsync(Input input, CancellationToken cancellationToken)
    {
        switch (input)
        {
            case Input.Heard heard:
                await HearAsync(heard.Frame, cancellationToken).ConfigureAwait(false);
                break;
            case Input.Asked asked:
                await DoAsync(asked.Command, cancellationToken).ConfigureAwait(false);
                break;
            case Input.Sounded sounded when sounded.Turn == _turn?.Id:
                Step(ConversationInput.FirstAudio);
                break;
            case Input.Ended ended when ended.Turn == _turn?.Id:
                if (_state != ConversationState.UserSpeaking) Step(ConversationInput.TurnEnded);
                _ducked = false;
                break;
            case Input.Announced announced:
                _announcements.Enqueue(announced.Words);
                break;
            case Input.Drained:
                _draining = true;
                _end = s_stopping;
                break;
            case Input.Over over:
                _end = over;
                Step(ConversationInput.HungUp);
                break;
        }
    }

    private async ValueTask HearAsync(AudioFrame frame, CancellationToken cancellationToken)
    {
        _preRoll.Add(frame);
        _microphonePosition = frame.Position + frame.Samples.Length;
        while (IsReplying && _turn?.TakePlayed() is { } played) _detector.NotePlayout(_ducked ? Softer(played) : played);
        TurnSignal signal = _detector.Process(frame);
        // The frame that decided belongs to the utterance, except the one that begins it: the pre-roll holds that.
        if (_state == ConversationState.UserSpeaking) _turn?.Hear(frame);
        await DecideAsync(signal, cancellationToken).ConfigureAwait(false);
    }

    private AudioFrame Softer(AudioFrame frame)
    {
        float[] samples = frame.Samples.ToArray();
        foreach (ref float sample in samples.AsSpan()) sample *= _options.DuckedGain;
        return frame with { Samples = samples };
    }

    private async ValueTask DecideAsync(TurnSignal signal, CancellationToken cancellationToken)
    {
        TimeSpan at = SampleRate.Wideband.DurationOf(signal.Position);
        switch (signal.Kind)
        {
            case TurnSignalKind.SpeechStarted when !IsReplying || AllowInterruption:
                ConversationAction action = Step(ConversationInput.SpeechStarted);
                if (action is ConversationAction.None) break;
                await _connection.SendAsync(new VoiceEvent.SpeechStarted(at), cancellationToken).ConfigureAwait(false);
                if (action is ConversationAction.InterruptAndHear) Interrupt();
                BeginTurn(cancellationToken);
                foreach (AudioFrame frame in _preRoll.From(signal.Position)) _turn!.Hear(frame);
                break;
            case TurnSignalKind.SpeechPaused when _state == ConversationState.UserSpeaking:
                _turn?.Pause();
                break;
            case TurnSignalKind.SpeechResumed when _state == ConversationState.UserSpeaking:
                _turn?.Resume();
                break;
            case TurnSignalKind.SpeechStopped when Step(ConversationInput.SpeechStopped) is ConversationAction.Answer:
                long decided = Time.GetTimestamp();
                await _connection.SendAsync(new VoiceEvent.SpeechStopped(at), cancellationToken).ConfigureAwait(false);
                _turn!.Answer(decided, SampleRate.Wideband.DurationOf(_microphonePosition) - at);
                break;
            case TurnSignalKind.InterruptionSuspected when IsReplying && AllowInterruption:
                await DuckAsync(true, cancellationToken).ConfigureAwait(false);
                break;
            case TurnSignalKind.InterruptionDismissed:
                await DuckAsync(false, cancellationToken).ConfigureAwait(false);
                break;
        }
    }

    private async ValueTask DoAsync(VoiceCommand command, CancellationToken cancellationToken)
    {
        switch (command)
        {
            case VoiceCommand.SendText text when text.Text.Length > _options.MaxTextLength:
                await RefuseAsync("text_too_long", $"Expected at most {_options.MaxTextLength} characters, found {text.Text.Length}.", cancellationToken).ConfigureAwait(false);
                break;
            case VoiceCommand.SendText text when string.IsNullOrWhiteSpace(text.Text):
                await RefuseAsync("empty_text", "Expected some text, found none.", cancellationToken).ConfigureAwait(false);
                break;
            case VoiceCommand.SendText text:
                await _connection.SendAsync(new VoiceEvent.UserText(text.Text), cancellationToken).ConfigureAwait(false);
                if (_toolSession.TakeAnswer(text.Text)) break;
                if (Step(ConversationInput.TextSent) is ConversationAction.InterruptAndAnswer) Interrupt();
                BeginTurn(cancellationToken);
                _turn!.Answer(Time.GetTimestamp(), text.Text);
                break;
            case VoiceCommand.ShowImage show:
                _toolSession.Image = show.Image;
                break;
            case VoiceCommand.Decide decide:
                _toolSession.Decide(decide.CardId, decide.IsAllowed);
                break;
            case VoiceCommand.PushToTalk push:
                await DecideAsync(_detector.SetPushToTalk(push.Pressed), cancellationToken).ConfigureAwait(false);
                break;
            case VoiceCommand.Commit:
                await DecideAsync(_detector.Commit(), cancellationToken).ConfigureAwait(false);
                break;
            case VoiceCommand.Mute mute:
                _detector.SetMuted(mute.Muted);
                break;
            case VoiceCommand.Interrupt:
                if (Step(ConversationInput.StopRequested) is ConversationAction.Interrupt) Interrupt();
                break;
            case VoiceCommand.UpdateSettings update:
                Apply(update.Settings);
                break;
            case VoiceCommand.HangUp:
                Step(ConversationInput.HungUp);
                break;
        }
    }

    // The turn that is under way keeps its settings; an utterance is heard to its end by the detector that heard it begin.
    private void Apply(SessionSettings settings)
    {
        bool hearsOtherwise = settings.SpeechThreshold != Settings.SpeechThreshold || settings.EndSilence != Settings.EndSilence;
        _turnSettings = _turnSettings with { Session = settings with { SystemPrompt = settings.SystemPrompt ?? Settings.SystemPrompt } };
        if (!hearsOtherwise || _state == ConversationState.UserSpeaking) return;
        _detector.Dispose();
        _detector = _stages.TurnDetectors.Create(settings);
    }

    private ConversationAction Step(ConversationInput input)
    {
        (_state, ConversationAction action) = ConversationStateMachine.Step(_state, input);
        return action;
    }

    private void BeginTurn(CancellationToken cancellationToken)
    {
        var id = new TurnId(++_turnCount);
        _turn = new Turn(
            id, _stages, _model, _connection, _turnSettings, _lastInterruption,
            firstAudio: timings =>
            {
                _metrics.Record(timings);
                _ = PostAsync(new Input.Sounded(id), cancellationToken);
            },
            cancellationToken);
        _ = PostEndAsync(_turn, cancellationToken);
        LogTurnBegan(_logger, id.Value);
    }

    private void Announce(string words, CancellationToken cancellationToken)
    {
        Step(ConversationInput.TextSent);
        BeginTurn(cancellationToken);
        _turn!.Announce(Time.GetTimestamp(), words);
    }

    private void Interrupt()
    {
        if (_turn is not { } turn) return;
        _ducked = false;
        _lastInterruption = _metrics.MeasureBargeInAsync(Time, turn.InterruptAsync());
    }

    private async Task PostEndAsync(Turn turn, CancellationToken cancellationToken)
    {
        await turn.Completion.ConfigureAwait(false);
        await PostAsync(new Input.Ended(turn.Id), cancellationToken).ConfigureAwait(false);
    }

    private async Task PostAsync(Input input, CancellationToken cancellationToken)
    {
        try
        {
            await _inputs.Writer.WriteAsync(input, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The session has ended: nobody waits for the input.
        }
    }

    private async ValueTask DuckAsync(bool ducked, CancellationToken cancellationToken)
    {
        if (_ducked == ducked || _turn is not { } turn) return;
        _ducked = ducked;
        await _connection.SendAsync(new VoiceEvent.PlaybackDucked(turn.Id, ducked ? _options.DuckedGain : 1), cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask GreetAsync(CancellationToken cancellationToken)
    {
        string greeting = Settings.Greeting ?? _options.Greeting;
        if (greeting.Length == 0 || greeting.Length > _options.MaxTextLength) return;
        Step(ConversationInput.TextSent);
        await TellStateAsync(cancellationToken).ConfigureAwait(false);
        BeginTurn(cancellationToken);
        _turn!.Answer(Time.GetTimestamp(), string.Format(System.Globalization.CultureInfo.InvariantCulture, _options.GreetingInstruction, greeting));
    }

    private ValueTask TellStateAsync(CancellationToken cancellationToken) =>
        _connection.SendAsync(new VoiceEvent.StateChanged(_state), cancellationToken);

    private ValueTask RefuseAsync(string code, string message, CancellationToken cancellationToken) =>
        _connection.SendAsync(new VoiceEvent.Refused(code, message), cancellationToken);

    private async Task TellEndAsync()
    {
        LogSessionEnded(_logger, _end.Reason, _turnCount);
        try
        {
            await _connection.SendAsync(new VoiceEvent.SessionEnded(_end.Reason, _end.Message), CancellationToken.None).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // The far side may be gone.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }

    private ITimer Timer(TimeSpan due, Input input, CancellationToken cancellationToken) =>
        Time.CreateTimer(_ => _ = PostAsync(input, cancellationToken), null, due, Timeout.InfiniteTimeSpan);

    private async Task PumpAsync<T>(ChannelReader<T> source, Func<T, Input> wrap, Input? atEnd, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (T item in source.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                await PostAsync(wrap(item), cancellationToken).ConfigureAwait(false);
            }

            if (atEnd is not null) await PostAsync(atEnd, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The session has ended.
        }
    }

    [LoggerMessage(4010, LogLevel.Information, "Turn {Turn} began", EventName = "TurnBegan")]
    private static partial void LogTurnBegan(ILogger logger, long turn);

    [LoggerMessage(4011, LogLevel.Information, "Session ended: {Reason}, {Turns} turns", EventName = "SessionEnded")]
    private static partial void LogSessionEnded(ILogger logger, string reason, long turns);

    private abstract record Input
    {
        public sealed record Heard(AudioFrame Frame) : Input;

        public sealed record Asked(VoiceCommand Command) : Input;

        public sealed record Sounded(TurnId Turn) : Input;

        public sealed record Ended(TurnId Turn) : Input;

        public sealed record Announced(string Words) : Input;

        public sealed record Drained : Input;

        public sealed record Over(string Reason, string Message) : Input;
    }
}
