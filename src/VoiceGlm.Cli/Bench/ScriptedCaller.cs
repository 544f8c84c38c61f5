using System.Threading.Channels;
using VoiceGlm.Conversation;

namespace VoiceGlm.Cli;

/// <summary>
/// A far side that asks the same question again and again in real time, and talks over every other reply. Notes what it hears,
/// and when. The microphone's pace is one thread's, the session's calls are others'.
/// </summary>
internal sealed class ScriptedCaller : IVoiceConnection
{
    private static readonly TimeSpan s_frame = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_betweenTurns = TimeSpan.FromMilliseconds(700);

    private readonly InMemoryConnection _line = new();
    private readonly float[] _question;
    private readonly double _speechTokensPerSecond;
    private readonly int _index;
    private readonly Random _room;
    private readonly Lock _lock = new();
    private readonly TimeProvider _time = TimeProvider.System;

    // What the session has said.
    private ConversationState _state = ConversationState.Closed;
    private long _stateSince;
    private TurnId _reply;
    private int _replies;
    private long _interrupted;
    private TimeSpan _silence;
    private int _remembered;

    // The microphone's.
    private int _said;
    private TurnId _talkedOver;

    /// <summary>Makes a caller.</summary>
    /// <param name="question">What it asks, 16 kHz.</param>
    /// <param name="speechTokensPerSecond">Speech tokens in a second of a reply.</param>
    /// <param name="index">Callers with different numbers begin, and talk over, at different times.</param>
    public ScriptedCaller(float[] question, double speechTokensPerSecond, int index)
    {
        _question = question;
        _said = question.Length;
        _speechTokensPerSecond = speechTokensPerSecond;
        _index = index;
        _room = new Random(index);
    }

    /// <summary>Of each reply: where the time until its first sound went.</summary>
    public List<TurnTimings> Timings { get; } = [];

    /// <summary>Of each interruption: from the decision that there is one to the last sound of the reply.</summary>
    public List<TimeSpan> BargeIns { get; } = [];

    /// <summary>Speech tokens by which the model's memory differs from what was played, over all interruptions.</summary>
    public int HeardErrorTokens { get; private set; }

    /// <summary>Replies that ended, for whatever reason.</summary>
    public int Turns { get; private set; }

    /// <summary>Replies that ended because a stage failed.</summary>
    public int FailedTurns { get; private set; }

    /// <summary>Times that a reply fell silent because its next speech came late.</summary>
    public int Underruns => _line.Underruns;

    /// <inheritdoc/>
    public ChannelReader<AudioFrame> Microphone => _line.Microphone;

    /// <inheritdoc/>
    public ChannelReader<VoiceCommand> Commands => _line.Commands;

    // As deep into the reply as 0.4 to 3.4 s, another depth each time.
    private TimeSpan TalkOverAfter => TimeSpan.FromSeconds(0.4 + (((_replies * 0.7) + (_index * 0.37)) % 3));

    /// <summary>Feeds the microphone in real time, then hangs up.</summary>
    public async Task CallAsync(TimeSpan length, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(s_frame);
        long start = _time.GetTimestamp();
        TimeSpan sent = TimeSpan.Zero;
        try
        {
            while (sent < length && await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
            {
                for (; sent + s_frame <= _time.GetElapsedTime(start); sent += s_frame) _line.Speak(NextFrame());
            }
        }
        finally
        {
            _line.HangUp();
        }
    }

    /// <summary>Tells the caller how many speech tokens of a reply the model still knows after it was cut.</summary>
    public void NoteRemembered(int speechTokens) => Volatile.Write(ref _remembered, speechTokens);

    /// <inheritdoc/>
    public ValueTask PlayAsync(TurnId turn, AudioFrame frame, CancellationToken cancellationToken) => _line.PlayAsync(turn, frame, cancellationToken);

    /// <inheritdoc/>
    public TimeSpan PlayedOf(TurnId turn) => _line.PlayedOf(turn);

    /// <inheritdoc/>
    public ValueTask DrainAsync(TurnId turn, CancellationToken cancellationToken) => _line.DrainAsync(turn, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<TimeSpan> FlushAsync(TurnId turn)
    {
        TimeSpan played = await _line.FlushAsync(turn).ConfigureAwait(false);
        lock (_lock)
        {
            if (_interrupted != 0 && _silence == TimeSpan.Zero) _silence = _time.GetElapsedTime(_interrupted);
        }

        return played;
    }

    /// <inheritdoc/>
    public ValueTask SendAsync(VoiceEvent voiceEvent, CancellationToken cancellationToken)
    {
        lock (_lock) Note(voiceEvent);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _line.DisposeAsync();

    private void Note(VoiceEvent voiceEvent)
    {
        switch (voiceEvent)
        {
            case VoiceEvent.StateChanged changed:
                (_state, _stateSince) = (changed.State, _time.GetTimestamp());
                break;
            case VoiceEvent.SpeechStarted when _state == ConversationState.Speaking:
                (_interrupted, _silence) = (_time.GetTimestamp(), TimeSpan.Zero);
                break;
            case VoiceEvent.ResponseCreated created:
                _reply = created.Turn;
                _replies++;
                break;
            case VoiceEvent.TurnTimed timed:
                Timings.Add(timed.Timings);
                break;
            case VoiceEvent.ResponseDone done:
                Turns++;
                if (done.Status == TurnStatus.Failed) FailedTurns++;
                if (done.Status == TurnStatus.Cancelled && _interrupted != 0)
                {
                    BargeIns.Add(_silence);
                    int played = (int)Math.Floor((_line.PlayedOf(done.Turn).Ticks * _speechTokensPerSecond / TimeSpan.TicksPerSecond) + 0.5);
                    HeardErrorTokens += Math.Abs(played - Volatile.Read(ref _remembered));
                }

                _interrupted = 0;
                break;
        }
    }

    // The question if there is one to ask, else a quiet room.
    private float[] NextFrame()
    {
        if (_said == _question.Length && WantsToSpeak()) _said = 0;
        var frame = new float[SampleRate.Wideband.SamplesIn(s_frame)];
        for (int i = 0; i < frame.Length; i++) frame[i] = 0.002f * (_room.NextSingle() - 0.5f);
        int count = Math.Min(frame.Length, _question.Length - _said);
        for (int i = 0; i < count; i++) frame[i] += _question[_said + i];
        _said += count;
        return frame;
    }

    private bool WantsToSpeak()
    {
        lock (_lock)
        {
            TimeSpan since = _time.GetElapsedTime(_stateSince);
            if (_state == ConversationState.Listening) return since >= s_betweenTurns + (_replies == 0 ? _index * s_betweenTurns / 2 : TimeSpan.Zero);
            if (_state != ConversationState.Speaking || _replies % 2 == 0 || _talkedOver == _reply || _line.PlayedOf(_reply) < TalkOverAfter) return false;
            _talkedOver = _reply;
            return true;
        }
    }
}
