using System.Threading.Channels;

namespace VoiceGlm.Conversation;

/// <summary>
/// A connection without a network: what the microphone hears is written to it, what the far side would see and hear is read
/// from it. It plays in the time of its clock, as a loudspeaker does. Thread-safe.
/// </summary>
public sealed class InMemoryConnection : IVoiceConnection
{
    /// <summary>Speech that is accepted ahead of what sounds; more has to wait.</summary>
    public static readonly TimeSpan MaxAhead = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly Channel<AudioFrame> _microphone;
    private readonly Channel<VoiceCommand> _commands = Channel.CreateBounded<VoiceCommand>(64);
    private readonly Channel<VoiceEvent> _events = Channel.CreateUnbounded<VoiceEvent>();
    private readonly List<Sounding> _soundings = [];
    private TurnId _turn;
    private TurnId _flushed;
    private CancellationTokenSource _flush = new();
    private long _microphonePosition;
    private DateTimeOffset _silentFrom = DateTimeOffset.MinValue;

    /// <summary>Makes a connection that plays by a clock.</summary>
    public InMemoryConnection(TimeProvider? time = null)
    {
        _time = time ?? TimeProvider.System;
        // Fresh speech matters more: when nobody listens, the oldest two seconds' worth is what is lost.
        _microphone = Channel.CreateBounded<AudioFrame>(new BoundedChannelOptions(100) { FullMode = BoundedChannelFullMode.DropOldest });
    }

    /// <inheritdoc/>
    public ChannelReader<AudioFrame> Microphone => _microphone.Reader;

    /// <inheritdoc/>
    public ChannelReader<VoiceCommand> Commands => _commands.Reader;

    /// <summary>What the far side is told, in order. Completes when the connection is disposed.</summary>
    public ChannelReader<VoiceEvent> Events => _events.Reader;

    /// <summary>Times that a reply fell silent because its next speech came late.</summary>
    public int Underruns { get; private set; }

    /// <summary>When the last frame that was not flushed ends, on the connection's clock.</summary>
    public DateTimeOffset SilentFrom
    {
        get
        {
            lock (_lock) return _silentFrom;
        }
    }

    /// <summary>The microphone hears more.</summary>
    /// <param name="samples">16 kHz, mono, in [-1, 1]; belongs to the connection from now on.</param>
    public void Speak(ReadOnlyMemory<float> samples)
    {
        _microphone.Writer.TryWrite(new AudioFrame(samples, SampleRate.Wideband, _microphonePosition));
        _microphonePosition += samples.Length;
    }

    /// <summary>The far side asks for something.</summary>
    public ValueTask AskAsync(VoiceCommand command, CancellationToken cancellationToken = default) => _commands.Writer.WriteAsync(command, cancellationToken);

    /// <summary>The far side is gone.</summary>
    public void HangUp()
    {
        _microphone.Writer.TryComplete();
        _commands.Writer.TryComplete();
    }

    /// <inheritdoc/>
    public async ValueTask PlayAsync(TurnId turn, AudioFrame frame, CancellationToken cancellationToken)
    {
        TimeSpan ahead;
        CancellationToken flushed;
        lock (_lock)
        {
            flushed = _flush.Token;
            if (turn.Value <= _flushed.Value) return;
            DateTimeOffset now = _time.GetUtcNow();
            if (turn != _turn)
            {
                _turn = turn;
                _soundings.Clear();
            }
            else if (_silentFrom < now)
            {
                Underruns++;
            }

            DateTimeOffset start = _silentFrom > now ? _silentFrom : now;
            _soundings.Add(new Sounding(start, frame));
            _silentFrom = start + frame.Duration;
            ahead = _silentFrom - now - MaxAhead;
        }

        if (ahead > TimeSpan.Zero) await DelayAsync(ahead, flushed, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public TimeSpan PlayedOf(TurnId turn)
    {
        lock (_lock) return turn == _turn ? Played(_time.GetUtcNow()) : TimeSpan.Zero;
    }

    /// <inheritdoc/>
    public async ValueTask DrainAsync(TurnId turn, CancellationToken cancellationToken)
    {
        TimeSpan left;
        CancellationToken flushed;
        lock (_lock)
        {
            flushed = _flush.Token;
            left = turn == _turn && turn.Value > _flushed.Value ? _silentFrom - _time.GetUtcNow() : TimeSpan.Zero;
        }

        if (left > TimeSpan.Zero) await DelayAsync(left, flushed, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<TimeSpan> FlushAsync(TurnId turn)
    {
        CancellationTokenSource waiting;
        TimeSpan played;
        lock (_lock)
        {
            DateTimeOffset now = _time.GetUtcNow();
            played = turn == _turn ? Played(now) : TimeSpan.Zero;
            if (turn.Value <= _flushed.Value) return played;
            _flushed = turn;
            if (turn != _turn) return played;
            for (int i = 0; i < _soundings.Count; i++) _soundings[i] = _soundings[i].CutAt(now);
            if (_silentFrom > now) _silentFrom = now;
            (waiting, _flush) = (_flush, new CancellationTokenSource());
        }

        await waiting.CancelAsync().ConfigureAwait(false);
        waiting.Dispose();
        return played;
    }

    /// <inheritdoc/>
    public ValueTask SendAsync(VoiceEvent voiceEvent, CancellationToken cancellationToken) => _events.Writer.WriteAsync(voiceEvent, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        HangUp();
        _events.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }

    private TimeSpan Played(DateTimeOffset now) =>
        _soundings.Aggregate(TimeSpan.Zero, (sum, sounding) => sum + sounding.PlayedAt(now));

    // Ends early when what is waited for was flushed.
    private async Task DelayAsync(TimeSpan delay, CancellationToken flushed, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, flushed);
        try
        {
            await Task.Delay(delay, _time, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Flushed: nothing is left to wait for.
        }
    }

    private readonly record struct Sounding(DateTimeOffset Start, AudioFrame Frame, TimeSpan? Cut = null)
    {
        public TimeSpan PlayedAt(DateTimeOffset now)
        {
            TimeSpan longest = Cut ?? Frame.Duration;
            TimeSpan elapsed = now - Start;
            return elapsed < TimeSpan.Zero ? TimeSpan.Zero : elapsed < longest ? elapsed : longest;
        }

        public Sounding CutAt(DateTimeOffset now) => this with { Cut = PlayedAt(now) };
    }
}
