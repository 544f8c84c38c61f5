using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace VoiceGlm.Transports.SignalR;

/// <summary>A browser, whichever socket it speaks through just now. It outlives a lost socket by the grace time.</summary>
internal sealed class SignalRVoiceConnection : IVoiceConnection
{
    // 2 s: fresh speech matters more than old, and a drop means that the session cannot keep up.
    private const int MicrophoneFrames = 100;

    // A person makes a few commands a second; a client that makes more than can be taken is told so.
    private const int CommandCapacity = 32;

    private readonly Lock _gate = new();
    private readonly Pulse _changed = new();
    private readonly EventLog _events = new();
    private readonly Playout _playout;
    private readonly MicrophoneInput _input;
    private readonly TokenBucket _messages;
    private readonly TokenBucket _violations;
    private readonly TokenBucket _offers;
    private readonly CallSlot _call;
    private readonly Channel<AudioFrame> _microphone;
    private readonly Channel<VoiceCommand> _commands;
    private readonly SignalRVoiceOptions _options;
    private readonly SignalRVoiceMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ITimer _grace;
    private ServerMessage.Pong? _pong;
    private int _socket;
    private bool _isAttached;
    private bool _isClosed;
    private bool _isEnded;
    private bool _isExpired;

    /// <param name="token">What a client that lost its socket says to go on. Whoever knows it has the session.</param>
    /// <param name="options">What is allowed.</param>
    /// <param name="carrier">What answers offers of calls, where there is something that does.</param>
    /// <param name="metrics">What is counted.</param>
    /// <param name="time">The clock of all waiting.</param>
    public SignalRVoiceConnection(string token, SignalRVoiceOptions options, ICallCarrier? carrier, SignalRVoiceMetrics metrics, TimeProvider time)
    {
        Token = token;
        _options = options;
        _metrics = metrics;
        _time = time;
        _playout = new Playout(options.PlayoutAhead, time);
        _input = new MicrophoneInput(time);
        _messages = new TokenBucket(perSecond: 100, atOnce: 200, time);
        _violations = new TokenBucket(perSecond: 1, atOnce: 20, time);
        _offers = new TokenBucket(perSecond: 0.5, atOnce: 6, time);
        _microphone = Channel.CreateBounded<AudioFrame>(
            new BoundedChannelOptions(MicrophoneFrames) { FullMode = BoundedChannelFullMode.DropOldest, SingleWriter = true }, _ => metrics.FrameDropped());
        _commands = Channel.CreateBounded<VoiceCommand>(new BoundedChannelOptions(CommandCapacity));
        _call = new CallSlot(carrier, _gate, _playout, _input, _microphone.Writer, _events, _changed);
        _grace = time.CreateTimer(static connection => ((SignalRVoiceConnection)connection!).Expire(always: false), this, options.ResumeWithin, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The resume token.</summary>
    public string Token { get; }

    /// <inheritdoc/>
    public ChannelReader<AudioFrame> Microphone => _microphone.Reader;

    /// <inheritdoc/>
    public ChannelReader<VoiceCommand> Commands => _commands.Reader;

    /// <inheritdoc/>
    public async ValueTask PlayAsync(TurnId turn, AudioFrame frame, CancellationToken cancellationToken)
    {
        int sliceSamples = frame.SampleRate.SamplesIn(TimeSpan.FromMilliseconds(100));
        for (int start = 0; start < frame.Samples.Length; start += sliceSamples)
        {
            ReadOnlyMemory<float> part = frame.Samples[start..Math.Min(start + sliceSamples, frame.Samples.Length)];
            await WaitUntilAsync(() => !_playout.IsFull || _playout.IsFlushed(turn), cancellationToken);
            lock (_gate)
            {
                if (_isClosed || _playout.Add(turn, part.Span, frame.SampleRate) == 0) return;
            }

            _changed.Raise();
        }
    }

    /// <inheritdoc/>
    public TimeSpan PlayedOf(TurnId turn)
    {
        lock (_gate) return _playout.PlayedOf(turn);
    }

    /// <inheritdoc/>
    public ValueTask DrainAsync(TurnId turn, CancellationToken cancellationToken) => WaitUntilAsync(() => _playout.IsDrained(turn), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<TimeSpan> FlushAsync(TurnId turn)
    {
        long startedAt = _time.GetTimestamp();
        TimeSpan sent = _call.Flush(turn);
        lock (_gate)
        {
            if (_playout.Flush(turn)) _events.Append(sequence => new ServerMessage.Flush(sequence, turn));
            _playout.ConfirmFlush(turn, sent);
        }

        _changed.Raise();
        using (var timeout = new CancellationTokenSource(_options.FlushTimeout, _time))
        {
            try
            {
                // Without a socket nobody answers: what is known, and what plays on at the far side, has to do.
                await WaitUntilAsync(() => _playout.IsFlushConfirmed(turn) || !_isAttached, timeout.Token);
            }
            catch (OperationCanceledException)
            {
            }
        }

        lock (_gate)
        {
            _metrics.Flushed(_time.GetElapsedTime(startedAt));
            return _playout.IsFlushConfirmed(turn) ? _playout.KnownPlayedOf(turn) : _playout.PlayedOf(turn);
        }
    }

    /// <inheritdoc/>
    public async ValueTask SendAsync(VoiceEvent voiceEvent, CancellationToken cancellationToken)
    {
        while (true)
        {
            await WaitUntilAsync(() => !_events.IsFull, cancellationToken);
            if (TryAppend(voiceEvent)) return;
        }
    }

    /// <summary>A socket begins to carry the session; one that did so before is told that it is superseded.</summary>
    /// <param name="open">What its client has.</param>
    /// <param name="cancellationToken">The socket is gone.</param>
    /// <returns>What to send over it, until the session ends.</returns>
    public async IAsyncEnumerable<ServerMessage> AttachAsync(OpenRequest open, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        int socket;
        ServerMessage? message;
        _call.Keep(open.Call);
        lock (_gate)
        {
            bool resumed = _socket > 0;
            socket = ++_socket;
            _isAttached = true;
            if (!_isClosed) _grace.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _events.Rewind(resumed ? open.Received : 0);
            _playout.Attach(open.Turn, open.Played, open.Needed, open.Speaker);
            message = new ServerMessage.Opened(Token, resumed, _input.NextFrame, _options.PlayoutAhead, _options.ResumeWithin);
        }

        _changed.Raise();
        try
        {
            yield return message;
            while (true)
            {
                Task changed;
                lock (_gate)
                {
                    changed = _changed.Next;
                    bool superseded = socket != _socket;
                    message = superseded
                        ? new ServerMessage.Event(0, new VoiceEvent.SessionEnded("superseded", "The conversation goes on in another window."))
                        : TakeNext();
                    if (message is null && _isClosed && (_events.IsEmpty || _isExpired)) yield break;
                    if (superseded) socket = 0;
                }

                if (message is null)
                {
                    await changed.WaitAsync(cancellationToken);
                    continue;
                }

                if (message is ServerMessage.Audio) _changed.Raise();
                yield return message;
                if (socket == 0) yield break;
            }
        }
        finally
        {
            Detach(socket);
        }
    }

    /// <summary>Takes what the client says. What breaks a rule is dropped and answered; a client that goes on breaking rules loses the session.</summary>
    /// <returns>Whether the session goes on.</returns>
    public bool Receive(ClientMessage message)
    {
        (string Code, string Message)? fault;
        lock (_gate)
        {
            if (_isExpired) return false;
            if (_isClosed && message is not ClientMessage.Received) return true;
            fault = Take(message);
        }

        if (fault is null)
        {
            Pass(message);
            return true;
        }

        _metrics.MessageRefused(fault.Value.Code);
        bool goesOn;
        lock (_gate)
        {
            goesOn = _violations.TryTake();
            if (goesOn && !_events.IsFull)
                _events.Append(sequence => new ServerMessage.Event(sequence, new VoiceEvent.Refused(fault.Value.Code, fault.Value.Message)));
        }

        if (!goesOn)
        {
            End("protocol_error", $"The client keeps breaking the protocol. {fault.Value.Message}");
            Expire(always: true);
        }

        _changed.Raise();
        return goesOn;
    }

    /// <summary>Ends the session: nothing more is taken or played, what was told and not yet sent goes out. The first reason counts.</summary>
    public void End(string reason, string message)
    {
        lock (_gate)
        {
            if (!_isEnded) _events.Append(sequence => new ServerMessage.Event(sequence, new VoiceEvent.SessionEnded(reason, message)));
            _isEnded = true;
        }

        Close();
    }

    /// <summary>Completes when the session has ended and the client has its last word, or did not come back to hear it.</summary>
    public async Task WaitForFarewellAsync()
    {
        while (true)
        {
            Task changed = _changed.Next;
            lock (_gate)
            {
                if (_isClosed && (_events.IsEmpty || (_isExpired && (_events.IsSent || !_isAttached)))) return;
            }

            await changed;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Close();
        await _grace.DisposeAsync();
    }

    // Events first: one that silences a reply must not wait behind its sound.
    private ServerMessage? TakeNext()
    {
        if (_events.Take() is { } voiceEvent) return voiceEvent;
        if (_isClosed) return null;
        if (_pong is { } pong)
        {
            _pong = null;
            return pong;
        }

        return _playout.Take(SpeechWay.Socket, mayBegin: !_call.IsCarrying) is { } slice ? new ServerMessage.Audio(slice) : null;
    }

    private (string Code, string Message)? Take(ClientMessage message)
    {
        if (message is ClientMessage.Audio audio)
        {
            if (!_input.TryAccept(audio, out AudioFrame frame, out (string, string) fault)) return fault;
            // Frames that were on their way when a call took over would be heard twice.
            if (!_call.IsCarrying) _microphone.Writer.TryWrite(frame);
            return null;
        }

        if (!_messages.TryTake()) return ("flood", "Expected at most 100 messages a second, found more.");
        switch (message)
        {
            case ClientMessage.Played played:
                bool wasSent = _playout.Acknowledge(played.Turn, played.Position);
                _changed.Raise();
                return wasSent ? null : ("invalid_message", $"Position {played.Position} of reply {played.Turn.Value} was never sent.");
            case ClientMessage.Flushed flushed:
                wasSent = _playout.ConfirmFlush(flushed.Turn, flushed.Position);
                _changed.Raise();
                return wasSent ? null : ("invalid_message", $"Position {flushed.Position} of reply {flushed.Turn.Value} was never sent.");
            case ClientMessage.Received received:
                _events.Acknowledge(received.Sequence);
                _changed.Raise();
                return null;
            case ClientMessage.Ping ping:
                _pong = new ServerMessage.Pong(ping.Time);
                _changed.Raise();
                return null;
            case ClientMessage.Command { Value: var command }:
                return FindFault(command) ?? (_commands.Writer.TryWrite(command) ? null : ("too_many_commands", $"More than {CommandCapacity} commands wait to be obeyed."));
            case ClientMessage.Offer:
                return _offers.TryTake() ? null : ("flood", "Expected an offer every 2 s, and 6 at once, found more.");
            case ClientMessage.HangUpCall:
                return null;
            case ClientMessage.Malformed malformed:
                return ("invalid_message", malformed.Message);
            default:
                throw new InvalidOperationException($"{message.GetType().Name} is not taken.");
        }
    }

    // What concerns a call goes there without the gate.
    private void Pass(ClientMessage message)
    {
        switch (message)
        {
            case ClientMessage.Offer { IsRestart: true } offer:
                _call.Restart(offer.Number, offer.Sdp);
                break;
            case ClientMessage.Offer offer:
                _call.Begin(offer.Number, offer.Sdp);
                break;
            case ClientMessage.HangUpCall:
                _call.HangUp();
                break;
        }
    }

    private (string Code, string Message)? FindFault(VoiceCommand command) => command switch
    {
        VoiceCommand.SendText { Text: var text } when string.IsNullOrWhiteSpace(text) => ("invalid_text", "Expected a text, found none."),
        VoiceCommand.SendText { Text: var text } when text.Length > _options.MaximumTextLength =>
            ("invalid_text", $"Expected at most {_options.MaximumTextLength} characters, found {text.Length}."),
        VoiceCommand.UpdateSettings { Settings: var settings } when SettingsReader.FindFault(settings, _options) is { } fault => ("invalid_settings", fault),
        _ => null,
    };

    private bool TryAppend(VoiceEvent voiceEvent)
    {
        lock (_gate)
        {
            if (_isClosed || _isEnded) return true;
            if (_events.IsFull) return false;
            _isEnded = voiceEvent is VoiceEvent.SessionEnded;
            _events.Append(sequence => new ServerMessage.Event(sequence, voiceEvent));
        }

        _changed.Raise();
        return true;
    }

    /// <summary>Waits for something that <see cref="_gate"/> guards, or for the end of the connection.</summary>
    private async ValueTask WaitUntilAsync(Func<bool> condition, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (_isClosed || condition()) return;
                changed = _changed.Next;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    private void Detach(int socket)
    {
        lock (_gate)
        {
            if (socket != _socket) return;
            _isAttached = false;
            if (!_isClosed) _grace.Change(_options.ResumeWithin, Timeout.InfiniteTimeSpan);
        }

        _changed.Raise();
    }

    /// <summary>The grace time is over.</summary>
    private void Expire(bool always)
    {
        lock (_gate)
        {
            if (_isAttached && !_isClosed && !always) return;
            _isExpired = true;
        }

        Close();
    }

    private void Close()
    {
        lock (_gate)
        {
            if (_isClosed) return;
            _isClosed = true;
            _grace.Change(_options.ResumeWithin, Timeout.InfiniteTimeSpan);
            _microphone.Writer.TryComplete();
            _commands.Writer.TryComplete();
        }

        _call.Close();
        _changed.Raise();
    }
}
