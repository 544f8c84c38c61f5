using System.Numerics.Tensors;

namespace VoiceGlm.TurnDetection.Echo;

/// <summary>Power of the steady noise in each bin: the least of the smoothed power, let rise slowly. Not thread-safe.</summary>
/// <remarks>Martin 2001, noise estimation by minimum statistics, in its simplest form.</remarks>
internal sealed class NoiseFloor
{
    private const float Smoothing = 0.25f;
    private const float Rise = 1.0116f; // 3 dB/s at 16 ms a hop
    private const float Bias = 2;
    private const float LeastPower = 1e-12f;

    private readonly float[] _smoothed = new float[ShortTimeSpectrum.BinCount];
    private readonly float[] _least = new float[ShortTimeSpectrum.BinCount];
    private readonly float[] _power = new float[ShortTimeSpectrum.BinCount];
    private bool _started;

    /// <summary>Shape [<see cref="ShortTimeSpectrum.BinCount"/>].</summary>
    public ReadOnlySpan<float> Power => _power;

    public void Update(ReadOnlySpan<float> power)
    {
        if (!_started)
        {
            _started = true;
            power.CopyTo(_smoothed);
            power.CopyTo(_least);
        }

        for (int i = 0; i < _smoothed.Length; i++)
        {
            _smoothed[i] += Smoothing * (power[i] - _smoothed[i]);
            _least[i] = Math.Max(LeastPower, Math.Min(_smoothed[i], _least[i] * Rise));
        }

        TensorPrimitives.Multiply(_least, Bias, _power);
    }

    public void Reset()
    {
        _started = false;
        Array.Clear(_power);
    }
}
