namespace VoiceGlm.TurnDetection;

/// <summary>Makes signals of windows: the rules of turn-taking, without any sound. Not thread-safe.</summary>
internal sealed class SpeechTracker(TurnTiming timing)
{
    // A twentieth of the bands: one of 16, clearly.
    private const float LeastExcess = 0.06f;

    // Speech over speech is hidden in part: evidence is lost four times as slowly as it is gained.
    private const int LeakDivisor = 4;

    // One window may be a click; two in a row are speech again.
    private const int ResumeSamples = 2 * VoiceActivity.WindowSamples;

    // Whatever was suspected and dismissed makes the next suspicion need more; doubts fade one by one.
    private const int MostDoubts = 4;
    private const int DoubtSamples = 48_000;

    private readonly AdaptiveEndSilence _endSilence = new(timing);
    private Phase _phase;
    private bool _suspected;
    private long _evidence;
    private long _evidenceStart;
    private long _evidenceEnd;
    private long _begin;
    private long _end;
    private long _lastEnd = -1;
    private int _doubts;
    private long _doubtEnd;

    private enum Phase
    {
        Silent,
        Speaking,
        Paused,
        PushedToTalk,
    }

    /// <summary>Whether somebody speaks, or may.</summary>
    public bool HearsSomebody => _phase != Phase.Silent || _evidence > 0;

    /// <summary>The silence that ends an utterance now, in samples.</summary>
    public int EndSilence => _endSilence.Samples;

    public TurnSignal Hear(SpeechWindow window) => _phase switch
    {
        Phase.Silent => HearInSilence(window),
        Phase.Speaking => HearInSpeech(window),
        Phase.Paused => HearInPause(window),
        _ => window.End - _begin >= timing.MaximumUtterance ? Stop(window.End, window.End) : default,
    };

    public TurnSignal Press(long now)
    {
        TurnSignal signal = _phase switch
        {
            Phase.Silent => Begin(now),
            Phase.Paused => new TurnSignal(TurnSignalKind.SpeechResumed, now),
            _ => default,
        };
        _phase = Phase.PushedToTalk;
        return signal;
    }

    public TurnSignal Release(long now) => _phase == Phase.PushedToTalk ? Stop(now, now) : default;

    public TurnSignal Commit(long now) => _phase switch
    {
        Phase.Silent => default,
        Phase.Paused => Stop(_end, _end),
        _ => Stop(now, now),
    };

    public void Reset()
    {
        _endSilence.Reset();
        _phase = Phase.Silent;
        _lastEnd = -1;
        _doubts = 0;
        Forget();
    }

    private TurnSignal HearInSilence(SpeechWindow window)
    {
        if (window.Muted || (window.IsSounding && !timing.AllowInterruption)) _evidence = 0;
        else if (IsSpeech(window, timing.SpeechThreshold)) Gain(window);
        else if (window.IsSounding) _evidence = Math.Max(0, _evidence - (VoiceActivity.WindowSamples / LeakDivisor));
        else if (!IsSpeech(window, timing.SilenceThreshold)) _evidence = 0;

        if (_suspected && (_evidence == 0 || window.End - _evidenceEnd >= timing.Dismiss))
        {
            Forget();
            _doubts = Math.Min(_doubts + 1, MostDoubts);
            _doubtEnd = window.End + DoubtSamples;
            return new TurnSignal(TurnSignalKind.InterruptionDismissed, _evidenceEnd);
        }

        if (_doubts > 0 && window.End >= _doubtEnd)
        {
            _doubts--;
            _doubtEnd = window.End + DoubtSamples;
        }

        if (!window.IsSounding) return _evidence >= timing.MinimumSpeech ? Start() : default;
        if (_evidence >= timing.Confirm + (_doubts * timing.Confirm / MostDoubts) && window.EchoLearned >= timing.Guard) return Start();
        if (_suspected || _evidence < Math.Min(timing.Suspect * (1 + _doubts), timing.Confirm)) return default;
        _suspected = true;
        return new TurnSignal(TurnSignalKind.InterruptionSuspected, _evidenceStart);
    }

    private TurnSignal HearInSpeech(SpeechWindow window)
    {
        if (window.End - _begin >= timing.MaximumUtterance) return Stop(window.End, window.End);
        if (window.Muted) _end += VoiceActivity.WindowSamples;
        else if (IsSpeech(window, timing.SilenceThreshold)) _end = window.End;
        if (window.End - _end < timing.PauseSilence) return default;
        _phase = Phase.Paused;
        _evidence = 0;
        return new TurnSignal(TurnSignalKind.SpeechPaused, _end);
    }

    private TurnSignal HearInPause(SpeechWindow window)
    {
        if (window.End - _begin >= timing.MaximumUtterance) return Stop(_end, window.End);
        if (window.Muted)
        {
            // Time in which nothing can be heard is no silence.
            _end += VoiceActivity.WindowSamples;
            _evidence = 0;
            return default;
        }

        if (IsSpeech(window, timing.SpeechThreshold)) Gain(window);
        else _evidence = 0;
        if (_evidence >= ResumeSamples)
        {
            _endSilence.LearnPause(_evidenceStart - _end);
            _phase = Phase.Speaking;
            _end = window.End;
            return new TurnSignal(TurnSignalKind.SpeechResumed, _evidenceStart);
        }

        return _evidence == 0 && window.End - _end >= _endSilence.Samples ? Stop(_end, _end) : default;
    }

    private static bool IsSpeech(SpeechWindow window, float threshold) =>
        window.Probability >= threshold && (!window.IsSounding || window.Excess >= LeastExcess);

    private void Gain(SpeechWindow window)
    {
        if (_evidence == 0) _evidenceStart = window.Start;
        _evidence += VoiceActivity.WindowSamples;
        _evidenceEnd = window.End;
    }

    private TurnSignal Start()
    {
        // Whoever goes on so soon had not finished.
        if (_lastEnd >= 0 && _evidenceStart - _lastEnd < _endSilence.LongestPause) _endSilence.LearnPause(_evidenceStart - _lastEnd);
        _end = _evidenceEnd;
        return Begin(_evidenceStart);
    }

    private TurnSignal Begin(long firstSound)
    {
        _phase = Phase.Speaking;
        _begin = Math.Max(Math.Max(firstSound - timing.PreRoll, _lastEnd), 0);
        Forget();
        return new TurnSignal(TurnSignalKind.SpeechStarted, _begin);
    }

    private TurnSignal Stop(long end, long taken)
    {
        _phase = Phase.Silent;
        _lastEnd = taken;
        Forget();
        return new TurnSignal(TurnSignalKind.SpeechStopped, end);
    }

    private void Forget()
    {
        _suspected = false;
        _evidence = 0;
    }
}
