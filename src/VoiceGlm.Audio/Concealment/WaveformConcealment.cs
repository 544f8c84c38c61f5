namespace VoiceGlm.Audio;

/// <summary>
/// Covers for lost packets of codecs that have no concealment of their own: repeats the last pitch period, and fades. Not thread-safe.
/// </summary>
/// <remarks>
/// After the idea of ITU-T G.711 Appendix I, without its delay of 3.75 ms: the step from the last sample to the repetition is spread
/// over the samples that follow, instead of fading over samples that were held back.
/// </remarks>
internal sealed class WaveformConcealment
{
    // A voice of 66 to 400 Hz.
    private static readonly TimeSpan s_longestPeriod = TimeSpan.FromMilliseconds(15);
    private static readonly TimeSpan s_shortestPeriod = TimeSpan.FromMilliseconds(2.5);
    private static readonly TimeSpan s_pattern = TimeSpan.FromMilliseconds(15);
    private static readonly TimeSpan s_join = TimeSpan.FromMilliseconds(5);

    // Repeated at full level for 10 ms, then faded out until 60 ms: longer, it is a tone and no voice.
    private static readonly TimeSpan s_fadesFrom = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan s_silentFrom = TimeSpan.FromMilliseconds(60);

    // Below, it was no voice: a longer piece is repeated, so that noise does not become a tone.
    private const float VoicedCorrelation = 0.6f;

    private readonly int _longest;
    private readonly int _shortest;
    private readonly int _join;
    private readonly int _fadesFrom;
    private readonly int _silentFrom;
    private readonly float[] _history;
    private readonly int _pattern;
    private readonly float[] _loop;
    private readonly float[] _bridge;
    private int _period;
    private int _concealed;
    private float _step;

    public WaveformConcealment(SampleRate rate)
    {
        _longest = rate.SamplesIn(s_longestPeriod);
        _shortest = rate.SamplesIn(s_shortestPeriod);
        _pattern = rate.SamplesIn(s_pattern);
        _join = rate.SamplesIn(s_join);
        _fadesFrom = rate.SamplesIn(s_fadesFrom);
        _silentFrom = rate.SamplesIn(s_silentFrom);
        _history = new float[_longest + _pattern];
        _loop = new float[_longest];
        _bridge = new float[_join];
    }

    /// <summary>Takes what was decoded. After a concealment its beginning is mixed with what the concealment would have gone on with.</summary>
    public void Hear(Span<float> decoded)
    {
        if (_concealed > 0)
        {
            Span<float> bridge = _bridge.AsSpan(0, Math.Min(_join, decoded.Length));
            Repeat(bridge);
            for (int i = 0; i < bridge.Length; i++) decoded[i] = float.Lerp(bridge[i], decoded[i], (i + 0.5f) / bridge.Length);
            _concealed = 0;
        }

        Remember(decoded);
    }

    /// <summary>Writes what might have come.</summary>
    public void Conceal(Span<float> samples)
    {
        if (_concealed == 0) BeginLoop();
        Repeat(samples);
        Remember(samples);
    }

    /// <summary>Forgets the stream.</summary>
    public void Reset()
    {
        Array.Clear(_history);
        _concealed = 0;
    }

    private void BeginLoop()
    {
        ReadOnlySpan<float> history = _history;
        ReadOnlySpan<float> candidates = history[^(_pattern + _longest)..^_shortest];
        int place = Similarity.Find(history[^_pattern..], candidates, out float correlation);
        _period = correlation < VoicedCorrelation ? _longest : _longest - place;
        history[^_period..].CopyTo(_loop);

        // The end of the loop fades into what came before its beginning, so that it goes round without a step.
        int fade = _period / 4;
        for (int i = 0; i < fade; i++)
        {
            float before = history[^(_period + fade - i)];
            ref float sample = ref _loop[_period - fade + i];
            sample = float.Lerp(sample, before, (i + 1f) / fade);
        }

        _step = history[^1] - _loop[_period - 1];
    }

    private void Repeat(Span<float> samples)
    {
        for (int i = 0; i < samples.Length; i++)
        {
            float gain = 1 - Math.Clamp((_concealed - _fadesFrom) / (float)(_silentFrom - _fadesFrom), 0, 1);
            float step = _step * Math.Max(0, 1 - (_concealed / (float)_join));
            samples[i] = gain * Math.Clamp(_loop[_concealed % _period] + step, -1, 1);

            // It stays silent from there on; the count ends, however long the outage.
            if (_concealed < _silentFrom) _concealed++;
        }
    }

    private void Remember(ReadOnlySpan<float> samples)
    {
        if (samples.Length >= _history.Length)
        {
            samples[^_history.Length..].CopyTo(_history);
            return;
        }

        _history.AsSpan(samples.Length).CopyTo(_history);
        samples.CopyTo(_history.AsSpan(_history.Length - samples.Length));
    }
}
