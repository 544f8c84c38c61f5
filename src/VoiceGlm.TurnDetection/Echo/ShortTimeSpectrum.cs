namespace VoiceGlm.TurnDetection.Echo;

/// <summary>
/// The spectrum of a stream, hop by hop, and the way back: spectra that are left as they are give the stream again, one hop later.
/// Not thread-safe.
/// </summary>
internal sealed class ShortTimeSpectrum
{
    /// <summary>Samples between two spectra: 16 ms at 16 kHz.</summary>
    public const int HopSamples = 256;

    /// <summary>Samples that a spectrum looks at.</summary>
    public const int FrameSamples = 2 * HopSamples;

    /// <summary>Frequencies of a spectrum, 31.25 Hz apart.</summary>
    public const int BinCount = HopSamples + 1;

    private readonly FourierTransform _transform = new(FrameSamples);

    // The square root of Hann's window, there and back: the overlapping squares add up to one.
    private readonly float[] _window = new float[FrameSamples];
    private readonly float[] _frame = new float[FrameSamples];
    private readonly float[] _overlap = new float[HopSamples];
    private readonly float[] _real = new float[FrameSamples];
    private readonly float[] _imaginary = new float[FrameSamples];

    public ShortTimeSpectrum()
    {
        for (int i = 0; i < FrameSamples; i++) _window[i] = (float)Math.Sin(Math.PI * i / FrameSamples);
    }

    /// <summary>Takes the next hop and writes the power of the frame that it completes.</summary>
    /// <param name="hop">Shape [<see cref="HopSamples"/>].</param>
    /// <param name="power">Shape [<see cref="BinCount"/>]; the mean square of a full-scale sine's samples is about the sum over its bins.</param>
    public void Analyze(ReadOnlySpan<float> hop, Span<float> power)
    {
        _frame.AsSpan(HopSamples).CopyTo(_frame);
        hop.CopyTo(_frame.AsSpan(HopSamples));
        for (int i = 0; i < FrameSamples; i++) _real[i] = _frame[i] * _window[i];
        Array.Clear(_imaginary);
        _transform.Transform(_real, _imaginary);
        const float Scale = 4f / (FrameSamples * (float)FrameSamples);
        for (int i = 0; i < BinCount; i++) power[i] = Scale * ((_real[i] * _real[i]) + (_imaginary[i] * _imaginary[i]));
    }

    /// <summary>Turns the spectrum of the last frame back, each bin times its gain.</summary>
    /// <param name="gains">Shape [<see cref="BinCount"/>], factors of the amplitude.</param>
    /// <param name="hop">Shape [<see cref="HopSamples"/>]: the stream, one hop late.</param>
    public void Synthesize(ReadOnlySpan<float> gains, Span<float> hop)
    {
        for (int i = 0; i < FrameSamples; i++)
        {
            float gain = gains[i < BinCount ? i : FrameSamples - i];
            _real[i] *= gain;
            _imaginary[i] *= gain;
        }

        // Exchanged parts make the transform its own inverse.
        _transform.Transform(_imaginary, _real);
        for (int i = 0; i < HopSamples; i++)
        {
            hop[i] = _overlap[i] + (_real[i] * _window[i] / FrameSamples);
            _overlap[i] = _real[HopSamples + i] * _window[HopSamples + i] / FrameSamples;
        }
    }

    /// <summary>What <see cref="Synthesize"/> would give with all gains 1, without turning anything back.</summary>
    public void PassThrough(Span<float> hop)
    {
        for (int i = 0; i < HopSamples; i++)
        {
            hop[i] = _overlap[i] + (_frame[i] * _window[i] * _window[i]);
            _overlap[i] = _frame[HopSamples + i] * _window[HopSamples + i] * _window[HopSamples + i];
        }
    }

    public void Reset()
    {
        Array.Clear(_frame);
        Array.Clear(_overlap);
    }
}
