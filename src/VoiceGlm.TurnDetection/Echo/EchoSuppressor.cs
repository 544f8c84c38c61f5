using System.Numerics.Tensors;

namespace VoiceGlm.TurnDetection.Echo;

/// <summary>
/// Takes the echo of what is played out of the microphone, and says how much is there that the echo does not explain. Works on powers
/// of short spectra, so it needs no synchronous clocks and bears jitter, reverberation and a volume control. Not thread-safe.
/// </summary>
/// <remarks>The residual echo suppressors of acoustic echo cancellers work alike: Hänsler and Schmidt 2004, chapter on residual echo.</remarks>
internal sealed class EchoSuppressor(float marginDb)
{
    /// <summary>Samples that the output is late.</summary>
    public const int LatencySamples = ShortTimeSpectrum.HopSamples;

    // What remains above twice the expected echo (which itself is a high quantile) is somebody else.
    private const float OverSubtraction = 2;
    private const float TailDecay = 0.6f; // per hop: 60 dB in 0.43 s
    private const float TailBelowDirect = 0.25f;
    private const int TailHops = 12;
    private const int AlignedHops = 20;
    private const int LeastEchoingBands = 4;
    private const int LouderHops = 12;
    private const float LouderMarginDb = 3;
    private const float UsualMemory = 1 / 60f;
    private const float ExcessRangeDb = 8;

    private readonly ShortTimeSpectrum _spectrum = new();
    private readonly PlayoutHistory _playout = new();
    private readonly EchoDelay _delay = new();
    private readonly NoiseFloor _noise = new();
    private readonly EchoCoupling _aligned = new();
    private readonly EchoCoupling _anywhere = new();
    private readonly float[] _power = new float[ShortTimeSpectrum.BinCount];
    private readonly float[] _alignedEcho = new float[ShortTimeSpectrum.BinCount];
    private readonly float[] _anywhereEcho = new float[ShortTimeSpectrum.BinCount];
    private readonly float[] _tail = new float[ShortTimeSpectrum.BinCount];
    private readonly float[] _gains = new float[ShortTimeSpectrum.BinCount];
    private readonly float[] _excessDb = new float[Bands.Count];
    private readonly float[] _echoExcessDb = new float[Bands.Count];
    private readonly float[] _louderDb = new float[LouderHops];
    private readonly float[] _sortedDb = new float[LouderHops];
    private int _louderNext;
    private float _usualDb;
    private int _lag = -1;
    private long _hop;

    /// <summary>Whether something is played, or its echo may still be heard.</summary>
    public bool IsSounding { get; private set; }

    /// <summary>How many of the bands, of 1, are louder in the last hop than echo and noise explain.</summary>
    public float Excess { get; private set; }

    /// <summary>Samples of sounding playout that the echo was learned from.</summary>
    public long LearnedSamples => (long)_anywhere.ActiveHops * ShortTimeSpectrum.HopSamples;

    /// <summary>Delay of the echo in hops, or −1 where there is none to be found.</summary>
    public int Lag => _lag;

    public void NotePlayout(AudioFrame frame, long microphonePosition) => _playout.Append(frame, microphonePosition);

    /// <summary>Hears the next hop.</summary>
    /// <param name="heard">Shape [<see cref="ShortTimeSpectrum.HopSamples"/>].</param>
    /// <param name="cleaned">Shape [<see cref="ShortTimeSpectrum.HopSamples"/>]: the microphone without the echo, <see cref="LatencySamples"/> late.</param>
    /// <param name="hold">Whether a person may be speaking: learn little.</param>
    public void Process(ReadOnlySpan<float> heard, Span<float> cleaned, bool hold)
    {
        long hop = _hop++;
        _spectrum.Analyze(heard, _power);
        _playout.FillTo(_hop * ShortTimeSpectrum.HopSamples);

        // A muted microphone says nothing about the room.
        bool muted = !heard.ContainsAnyExcept(0);
        if (!muted) _noise.Update(_power);
        int reach = _lag < 0 ? EchoDelay.LagCount : _lag + TailHops;
        IsSounding = hop < _playout.EndHop + reach;
        if (!IsSounding)
        {
            Excess = 1;
            _spectrum.PassThrough(cleaned);
            return;
        }

        if (!muted) _delay.Update(hop, _power, _playout);
        ExpectAnywhere(hop);
        ExpectAligned(hop);
        if (!muted) _anywhere.Learn(_anywhereEcho, _power, _noise.Power, hold, _delay.MayBeEcho);
        _anywhere.Apply(_anywhereEcho);
        Span<float> echo = _anywhereEcho;
        if (_lag >= 0)
        {
            if (!muted) _aligned.Learn(_alignedEcho, _power, _noise.Power, hold, _delay.MayBeEcho);
            _aligned.Apply(_alignedEcho);
            if (_aligned.ActiveHops >= AlignedHops) echo = _alignedEcho;
        }

        MeasureExcess(echo, hold);
        ComputeGains(echo);
        _spectrum.Synthesize(_gains, cleaned);
    }

    public void Reset()
    {
        _spectrum.Reset();
        _playout.Reset();
        _delay.Reset();
        _noise.Reset();
        _aligned.Reset();
        _anywhere.Reset();
        Array.Clear(_tail);
        Array.Clear(_louderDb);
        _louderNext = 0;
        _usualDb = 0;
        _lag = -1;
        _hop = 0;
        IsSounding = false;
        Excess = 0;
    }

    // While the delay is not known the echo may be that of anything played in the last half second.
    private void ExpectAnywhere(long hop)
    {
        Array.Clear(_anywhereEcho);
        for (int lag = 0; lag < EchoDelay.LagCount; lag++) TensorPrimitives.Max(_anywhereEcho, _playout.PowerAt(hop - lag), _anywhereEcho);
    }

    private void ExpectAligned(long hop)
    {
        if (_delay.Lag != _lag)
        {
            if (_lag < 0 || Math.Abs(_delay.Lag - _lag) > 1) _aligned.Restart();
            _lag = _delay.Lag;
        }

        if (_lag < 0) return;

        // The delay falls between two hops, and frames overlap: the neighbours count as well.
        TensorPrimitives.Max(_playout.PowerAt(hop - _lag), _playout.PowerAt(hop - _lag - 1), _alignedEcho);
        TensorPrimitives.Max(_alignedEcho, _playout.PowerAt(hop - _lag + 1), _alignedEcho);
        for (int i = 0; i < _tail.Length; i++)
        {
            float direct = _alignedEcho[i];
            _alignedEcho[i] = Math.Max(direct, TailBelowDirect * _tail[i]);
            _tail[i] = Math.Max(direct, TailDecay * _tail[i]);
        }
    }

    private void MeasureExcess(Span<float> echo, bool hold)
    {
        int echoing = 0;
        for (int band = 0; band < Bands.Count; band++)
        {
            Range bins = Bands.BinsOf(band);
            float power = TensorPrimitives.Sum<float>(_power.AsSpan()[bins]);
            float expected = TensorPrimitives.Sum<float>(echo[bins]);
            float noise = TensorPrimitives.Sum(_noise.Power[bins]);
            _excessDb[band] = Decibels(power / (expected + noise + 1e-12f));
            if (expected > noise) _echoExcessDb[echoing++] = _excessDb[band];
        }

        float louderDb = LouderEchoDb(_echoExcessDb.AsSpan(0, echoing), hold);
        float sum = 0;
        foreach (float excessDb in _excessDb) sum += Math.Clamp((excessDb - louderDb - marginDb) / ExcessRangeDb, 0, 1);
        Excess = sum / Bands.Count;
        if (louderDb > 0) TensorPrimitives.Multiply(echo, MathF.Pow(10, louderDb / 10), echo);
    }

    // When somebody turns the volume up, all bands are louder than usual against what is expected, and stay so; a person is louder
    // in some, now and then. So the quieter bands tell the two apart.
    private float LouderEchoDb(Span<float> excessDb, bool hold)
    {
        if (_lag < 0) return 0;
        if (excessDb.Length >= LeastEchoingBands)
        {
            excessDb.Sort();
            float quieter = excessDb[excessDb.Length / 4];
            _louderDb[_louderNext] = quieter;
            _louderNext = (_louderNext + 1) % LouderHops;
            if (!hold) _usualDb += UsualMemory * (quieter - _usualDb);
        }

        _louderDb.CopyTo(_sortedDb, 0);
        Array.Sort(_sortedDb);
        return Math.Max(0, _sortedDb[LouderHops / 2] - _usualDb - LouderMarginDb);
    }

    private static float Decibels(float ratio) => 10 * MathF.Log10(ratio + 1e-12f);

    // No bin falls below the noise, which would be heard as a sound of its own.
    private void ComputeGains(ReadOnlySpan<float> echo)
    {
        for (int i = 0; i < _gains.Length; i++)
        {
            float power = _power[i] + 1e-12f;
            float left = Math.Max(1 - (OverSubtraction * echo[i] / power), 0);
            float noise = Math.Min(1, _noise.Power[i] / power);
            _gains[i] = MathF.Sqrt(Math.Max(left, noise));
        }
    }
}
