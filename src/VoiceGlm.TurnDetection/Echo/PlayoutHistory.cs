using System.Numerics.Tensors;

namespace VoiceGlm.TurnDetection.Echo;

/// <summary>
/// The spectra of what was played lately, on the clock of the microphone. Frames follow one another however irregularly they are
/// noted; where none is noted for a while there is silence. Not thread-safe.
/// </summary>
internal sealed class PlayoutHistory
{
    /// <summary>
    /// How far behind the microphone a frame is placed: its note may come that late and still be in time for its echo.
    /// An echo's delay appears longer by this much.
    /// </summary>
    public const int LeadSamples = 640;

    /// <summary>Spectra kept: 1 s.</summary>
    private const int HopCapacity = 64;

    // Notes that come this much later than they should still follow the note before.
    private const int SlackSamples = 960;

    private readonly ShortTimeSpectrum _spectrum = new();
    private readonly PlayoutResampler _resampler = new();
    private readonly float[][] _powers = new float[HopCapacity][];
    private readonly float[][] _features = new float[HopCapacity][];
    private readonly long[] _hops = new long[HopCapacity];
    private readonly float[] _hop = new float[ShortTimeSpectrum.HopSamples];
    private readonly float[] _raw = new float[ShortTimeSpectrum.BinCount];
    private readonly float[] _silence = new float[ShortTimeSpectrum.BinCount];
    private readonly float[] _featureMeans = new float[Bands.Count];
    private int _rate;
    private long _head;

    public PlayoutHistory()
    {
        for (int i = 0; i < HopCapacity; i++)
        {
            _powers[i] = new float[ShortTimeSpectrum.BinCount];
            _features[i] = new float[Bands.Count];
        }

        Reset();
    }

    /// <summary>The hop (of the microphone's clock) after the last that was noted, not counting silence that was filled in.</summary>
    public long EndHop { get; private set; }

    /// <summary>Adds what sounds now.</summary>
    public void Append(AudioFrame frame, long microphonePosition)
    {
        ReadOnlySpan<float> samples = frame.Samples.Span;
        long place = Math.Max(0, microphonePosition - LeadSamples);
        if (_head < place - SlackSamples || frame.SampleRate.Hertz != _rate)
        {
            AdvanceTo(place);
            _rate = frame.SampleRate.Hertz;
            _resampler.Restart(_rate);
        }

        foreach (float sample in samples)
        {
            if (PlayoutResampler.IsIdentity(_rate))
            {
                Write(sample);
                continue;
            }

            _resampler.Write(sample);
            while (_resampler.TryRead(out float read)) Write(read);
        }

        EndHop = (_head / ShortTimeSpectrum.HopSamples) + 1;
    }

    /// <summary>Fills in silence where nothing was noted in time.</summary>
    public void FillTo(long microphonePosition)
    {
        long place = microphonePosition - LeadSamples - SlackSamples;
        if (_head < place) AdvanceTo(place);
    }

    /// <summary>Power of what was played in a hop, each bin the loudest of its neighbours: a window's edges do not matter.</summary>
    public ReadOnlySpan<float> PowerAt(long hop) => Knows(hop) ? _powers[hop % HopCapacity] : _silence;

    /// <summary>Loudness of each band in a hop, less its mean; zero where nothing was played.</summary>
    public ReadOnlySpan<float> FeaturesAt(long hop) => Knows(hop) ? _features[hop % HopCapacity] : _silence.AsSpan(0, Bands.Count);

    public void Reset()
    {
        _spectrum.Reset();
        Array.Fill(_hops, -1);
        Array.Clear(_hop);
        Array.Clear(_featureMeans);
        _rate = 0;
        _head = 0;
        EndHop = -HopCapacity;
    }

    private bool Knows(long hop) => hop >= 0 && _hops[hop % HopCapacity] == hop;

    private void AdvanceTo(long position)
    {
        if (position - _head > HopCapacity * ShortTimeSpectrum.HopSamples)
        {
            _spectrum.Reset();
            Array.Clear(_hop);
            _head = position;
        }

        while (_head < position) Write(0);
    }

    private void Write(float sample)
    {
        int offset = (int)(_head % ShortTimeSpectrum.HopSamples);
        _hop[offset] = sample;
        _head++;
        if (offset == ShortTimeSpectrum.HopSamples - 1) Complete((_head / ShortTimeSpectrum.HopSamples) - 1);
    }

    private void Complete(long hop)
    {
        int index = (int)(hop % HopCapacity);
        _hops[index] = hop;
        _spectrum.Analyze(_hop, _raw);
        float[] power = _powers[index];
        _raw.CopyTo(power, 0);
        Span<float> inner = power.AsSpan(1, power.Length - 2);
        TensorPrimitives.Max(inner, _raw.AsSpan(0, inner.Length), inner);
        TensorPrimitives.Max(inner, _raw.AsSpan(2), inner);
        EchoDelay.Features(_raw, _featureMeans, _features[index]);
    }
}
