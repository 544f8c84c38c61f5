namespace VoiceGlm.Conversation;

/// <summary>
/// A reply on its way: thought, decoded and played as one loop. Begun held, it works up to its first sound and waits there,
/// unseen and unheard, until it is released. One thread owns it.
/// </summary>
internal sealed class Reply
{
    private const int MaxCalls = 4;

    private readonly TurnId _turn;
    private readonly VoiceStages _stages;
    private readonly IToolRouter _tools;
    private readonly IToolSession _toolSession;
    private readonly TimeProvider _time;
    private readonly ILanguageModelSession _model;
    private readonly IVoiceConnection _connection;
    private readonly TurnClock _clock;
    private readonly TurnWork _work;
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _cancellation;
    private readonly List<string> _heldText = [];
    private readonly Lock _trackLock = new();
    private readonly ReplyTrack _track;
    private readonly Action<TurnTimings> _firstAudio;
    private readonly int _start;
    private ISpeechDecoder _decoder;
    private TimeSpan _given;
    private long _position;
    private long _decoderStart;

    /// <summary>Begins a reply to what the model has heard or read.</summary>
    public Reply(
        TurnId turn,
        VoiceStages stages,
        IToolRouter tools,
        IToolSession toolSession,
        TimeProvider time,
        ILanguageModelSession model,
        IVoiceConnection connection,
        TurnClock clock,
        TurnWork work,
        Action<TurnTimings> firstAudio,
        CancellationToken cancellationToken)
    {
        _turn = turn;
        _stages = stages;
        _tools = tools;
        _toolSession = toolSession;
        _time = time;
        _model = model;
        _connection = connection;
        _clock = clock;
        _work = work;
        _firstAudio = firstAudio;
        _start = model.Position;
        _track = new ReplyTrack(stages.SpeechDecoders.SpeechTokensPerSecond, stages.LanguageModel.SpeechGroupTokens);
        _decoder = stages.SpeechDecoders.Create();
        _cancellation = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Completion = RunAsync(_cancellation.Token);
    }

    /// <summary>Ends when the reply was played whole, was cancelled, or a stage failed.</summary>
    public Task Completion { get; }

    /// <summary>Whether the far side was told that there is a reply.</summary>
    public bool IsAnnounced { get; private set; }

    /// <summary>What was given to the connection.</summary>
    public PlayoutMemory Playout { get; } = new();

    /// <summary>All words of the reply so far.</summary>
    public string Text
    {
        get
        {
            lock (_trackLock) return _track.Text;
        }
    }

    /// <summary>The user has certainly finished: the reply may be seen and heard.</summary>
    public void Release() => _released.TrySetResult();

    /// <summary>Ends the reply and waits until no stage works on it any more. Never throws what the reply threw.</summary>
    public async Task CancelAsync()
    {
        await _cancellation.CancelAsync().ConfigureAwait(false);
        await Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>What was heard when so much was played.</summary>
    public HeardReply HeardIn(TimeSpan played)
    {
        lock (_trackLock) return _track.HeardIn(played, _start);
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        await Task.Yield();
        try
        {
            int calls = 0;
            while (await SayAsync(cancellationToken).ConfigureAwait(false) is { } call)
            {
                if (++calls > MaxCalls) throw new StageException(VoiceStage.LanguageModel, new InvalidOperationException($"The model called tools {calls} times in one turn."));
                // A guessed reply does nothing that could not be taken back.
                await _released.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
                ToolAnswer answer = await CallAsync(call, cancellationToken).ConfigureAwait(false);
                await ObserveAsync(answer.Spoken, cancellationToken).ConfigureAwait(false);
            }

            lock (_trackLock) _track.IsComplete = true;
            await SpeakRestAsync(cancellationToken).ConfigureAwait(false);
            await AnnounceAsync(cancellationToken).ConfigureAwait(false);
            await _work.Playing.RunAsync(() => _connection.DrainAsync(_turn, cancellationToken)).ConfigureAwait(false);
        }
        finally
        {
            _decoder.Dispose();
        }
    }

    // No dead air: while the tool works, something is said now and then, in the same voice.
    private async Task<ToolAnswer> CallAsync(ToolCall call, CancellationToken cancellationToken)
    {
        Task<ToolAnswer> running = _tools.CallAsync(call, _toolSession, cancellationToken).AsTask();
        foreach (ToolFiller filler in _tools.FillersOf(call, _toolSession.Language))
        {
            using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(running, Task.Delay(filler.After, _time, waiting.Token)).ConfigureAwait(false);
            await waiting.CancelAsync().ConfigureAwait(false);
            if (running.IsCompleted || cancellationToken.IsCancellationRequested) break;
            await ObserveAsync(filler.Words, cancellationToken).ConfigureAwait(false);
            // Whatever else the model makes of a filler, it has called its tool already.
            await SayAsync(cancellationToken).ConfigureAwait(false);
            await SpeakRestAsync(cancellationToken).ConfigureAwait(false);
            _decoder.Dispose();
            _decoder = _stages.SpeechDecoders.Create();
            _decoderStart = _position;
        }

        return await running.ConfigureAwait(false);
    }

    private ValueTask ObserveAsync(string words, CancellationToken cancellationToken) =>
        StageException.MarkAsync(VoiceStage.LanguageModel, () => _model.ObserveAsync(words, cancellationToken));

    private async ValueTask SpeakRestAsync(CancellationToken cancellationToken) =>
        await PlayAsync(await _work.Speaking.RunAsync(() => _decoder.CompleteAsync(cancellationToken)).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);

    // Words are held until there is speech for them: a reply without any may be a call, which nobody is to read.
    private async ValueTask<ToolCall?> SayAsync(CancellationToken cancellationToken)
    {
        List<ReplyPart.Text>? words = [];
        await foreach (ReplyPart part in PartsAsync(cancellationToken).ConfigureAwait(false))
        {
            if (part is ReplyPart.Text text)
            {
                if (words is null) await ShowAsync(text, cancellationToken).ConfigureAwait(false);
                else words.Add(text);
            }
            else if (part is ReplyPart.Speech speech)
            {
                foreach (ReplyPart.Text word in words ?? []) await ShowAsync(word, cancellationToken).ConfigureAwait(false);
                words = null;
                lock (_trackLock) _track.Add(speech);
                await PlayAsync(
                    await _work.Speaking.RunAsync(() => _decoder.AppendAsync(speech.Token, cancellationToken)).ConfigureAwait(false),
                    cancellationToken).ConfigureAwait(false);
            }
        }

        if (words is null) return null;
        if (ToolCall.Parse(string.Concat(words.Select(static word => word.Value))) is { } call) return call;
        foreach (ReplyPart.Text word in words) await ShowAsync(word, cancellationToken).ConfigureAwait(false);
        return null;
    }

    private async IAsyncEnumerable<ReplyPart> PartsAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using IAsyncEnumerator<ReplyPart> parts = _model.ReplyAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await _work.Thinking.RunAsync(() => parts.MoveNextAsync()).ConfigureAwait(false))
        {
            _clock.FirstToken();
            yield return parts.Current;
        }
    }

    private async ValueTask ShowAsync(ReplyPart.Text text, CancellationToken cancellationToken)
    {
        lock (_trackLock) _track.Add(text);
        _heldText.Add(text.Value);
        if (_released.Task.IsCompleted) await AnnounceAsync(cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask PlayAsync(AudioFrame? ready, CancellationToken cancellationToken)
    {
        if (ready is not { } frame) return;
        // A decoder counts from its own beginning; the reply may have had one before.
        frame = frame with { Position = _decoderStart + frame.Position };
        _position = frame.Position + frame.Samples.Length;
        _clock.FirstBlock();
        await AnnounceAsync(cancellationToken).ConfigureAwait(false);
        bool first = frame.Position == 0;
        if (first) _clock.FirstAudio();
        Playout.Add(frame);
        _given += frame.Duration;
        _work.Speaking.Sound += frame.Duration;
        ValueTask played = _work.Playing.RunAsync(() => _connection.PlayAsync(_turn, frame, cancellationToken));
        TellDeadline();
        if (first)
        {
            TurnTimings timings = _clock.ToTimings();
            _firstAudio(timings);
            await _connection.SendAsync(new VoiceEvent.TurnTimed(_turn, timings), cancellationToken).ConfigureAwait(false);
        }

        await played.ConfigureAwait(false);
        // What was on its way has arrived by now: how much is left is known better.
        TellDeadline();
    }

    // More speech is wanted when what was given has sounded.
    private void TellDeadline()
    {
        Deadline deadline = Deadline.Now + (_given - _connection.PlayedOf(_turn));
        _decoder.PlayoutDeadline = deadline;
        _model.PlayoutDeadline = deadline;
    }

    // Waits for the release, then tells that there is a reply, and the words that were held back.
    private async ValueTask AnnounceAsync(CancellationToken cancellationToken)
    {
        await _released.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (!IsAnnounced)
        {
            IsAnnounced = true;
            await _connection.SendAsync(new VoiceEvent.ResponseCreated(_turn), cancellationToken).ConfigureAwait(false);
        }

        foreach (string text in _heldText) await _connection.SendAsync(new VoiceEvent.TextDelta(_turn, text), cancellationToken).ConfigureAwait(false);
        _heldText.Clear();
    }
}
