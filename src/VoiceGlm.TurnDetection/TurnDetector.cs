using VoiceGlm.TurnDetection.Echo;

namespace VoiceGlm.TurnDetection;

/// <summary>
/// Hears when the user begins and when they have finished. The microphone is cleaned of the echo of what is played, a voice activity
/// detector judges each window of 32 ms, and what it says over time becomes signals. Time is counted in samples; the steady state
/// allocates nothing of its own. Not thread-safe.
/// </summary>
public sealed class TurnDetector : ITurnDetector
{
    /// <summary>Samples of the longest frame: 100 ms.</summary>
    public const int LongestFrameSamples = 1_600;

    // Frames that were lost on the way, up to this many samples, are heard as silence; after more the stream begins anew.
    private const int LongestGapSamples = 8_000;

    private readonly IVoiceActivityDetector _voiceActivity;
    private readonly EchoSuppressor _suppressor;
    private readonly SpeechTracker _tracker;
    private readonly float[] _pending = new float[LongestGapSamples + (2 * LongestFrameSamples) + VoiceActivity.WindowSamples];
    private readonly float[] _cleaned = new float[VoiceActivity.WindowSamples];
    private int _pendingCount;
    private long _origin = -1;
    private long _received;
    private long _heard;
    private bool _muted;

    /// <summary>Creates the detector of one session.</summary>
    /// <param name="voiceActivity">Judges the windows; belongs to the detector from now on.</param>
    /// <param name="options">Valid options.</param>
    /// <param name="settings">What the session sets for itself.</param>
    public TurnDetector(IVoiceActivityDetector voiceActivity, TurnDetectionOptions options, SessionSettings settings)
    {
        var timing = new TurnTiming(options, settings);
        _voiceActivity = voiceActivity;
        _suppressor = new EchoSuppressor(timing.EchoMarginDb);
        _tracker = new SpeechTracker(timing);
    }

    private long Now => _origin + _received;

    /// <inheritdoc/>
    public TurnSignal Process(AudioFrame frame)
    {
        if (frame.SampleRate != SampleRate.Wideband)
        {
            throw new ArgumentException($"Expected {SampleRate.Wideband}; got {frame.SampleRate}.", nameof(frame));
        }

        ReadOnlySpan<float> samples = frame.Samples.Span;
        if (samples.Length > LongestFrameSamples)
        {
            throw new ArgumentException($"Expected at most {LongestFrameSamples} samples (100 ms); got {samples.Length}.", nameof(frame));
        }

        FollowOn(frame.Position);
        if (_muted) Receive(samples.Length);
        else Receive(samples);

        // At most one signal a frame: windows after it are heard with the next frame.
        TurnSignal signal = default;
        int start = 0;
        while (_pendingCount - start >= VoiceActivity.WindowSamples && signal.Kind == TurnSignalKind.None)
        {
            signal = Hear(_pending.AsSpan(start, VoiceActivity.WindowSamples));
            start += VoiceActivity.WindowSamples;
        }

        _pending.AsSpan(start, _pendingCount - start).CopyTo(_pending);
        _pendingCount -= start;
        return signal;
    }

    /// <inheritdoc/>
    public void NotePlayout(AudioFrame frame) => _suppressor.NotePlayout(frame, _received);

    /// <inheritdoc/>
    public TurnSignal SetPushToTalk(bool pressed) => pressed ? _tracker.Press(Math.Max(Now, 0)) : _tracker.Release(Math.Max(Now, 0));

    /// <inheritdoc/>
    public TurnSignal Commit() => _tracker.Commit(Math.Max(Now, 0));

    /// <inheritdoc/>
    public void SetMuted(bool muted) => _muted = muted;

    /// <summary>Forgets everything: the next frame is the first of a session.</summary>
    public void Reset()
    {
        BeginStream(-1);
        _tracker.Reset();
        _muted = false;
    }

    /// <inheritdoc/>
    public void Dispose() => _voiceActivity.Dispose();

    private void FollowOn(long position)
    {
        if (_origin < 0)
        {
            BeginStream(position);
            return;
        }

        long gap = position - Now;
        if (gap < 0) throw new ArgumentException($"The frame begins at {position}, before the end of the last one, {Now}.", nameof(position));
        if (gap > LongestGapSamples) BeginStream(position);
        else if (gap > 0) Receive((int)gap);
    }

    private void BeginStream(long position)
    {
        _origin = position;
        _received = 0;
        _heard = 0;
        _pendingCount = 0;
        _voiceActivity.Reset();
        _suppressor.Reset();
    }

    private void Receive(ReadOnlySpan<float> samples)
    {
        samples.CopyTo(_pending.AsSpan(_pendingCount));
        _pendingCount += samples.Length;
        _received += samples.Length;
    }

    private void Receive(int silentSamples)
    {
        _pending.AsSpan(_pendingCount, silentSamples).Clear();
        _pendingCount += silentSamples;
        _received += silentSamples;
    }

    private TurnSignal Hear(ReadOnlySpan<float> window)
    {
        float excess = 0;
        for (int hop = 0; hop < VoiceActivity.WindowSamples; hop += ShortTimeSpectrum.HopSamples)
        {
            Span<float> cleaned = _cleaned.AsSpan(hop, ShortTimeSpectrum.HopSamples);
            _suppressor.Process(window.Slice(hop, ShortTimeSpectrum.HopSamples), cleaned, _tracker.HearsSomebody);
            excess = Math.Max(excess, _suppressor.Excess);
        }

        _heard += VoiceActivity.WindowSamples;

        // Digital silence is a muted microphone or a sender that saves bandwidth: nothing a detector could learn the room from.
        bool silent = !_cleaned.AsSpan().ContainsAnyExcept(0);
        float probability = silent ? 0 : _voiceActivity.Process(_cleaned);
        return _tracker.Hear(new SpeechWindow(
            Start: _origin + Math.Max(0, _heard - VoiceActivity.WindowSamples - EchoSuppressor.LatencySamples),
            End: _origin + _heard - EchoSuppressor.LatencySamples,
            Probability: probability,
            IsSounding: _suppressor.IsSounding,
            Excess: excess,
            EchoLearned: _suppressor.LearnedSamples,
            Muted: _muted));
    }
}
