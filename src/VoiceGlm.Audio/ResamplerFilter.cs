namespace VoiceGlm.Audio;

/// <summary>
/// The low-pass of a <see cref="Resampler"/>: a sinc under a window. Frequencies are told as shares of the lower rate's half.
/// </summary>
public sealed class ResamplerFilter
{
    /// <summary>
    /// torchaudio's <c>sinc_interp_hann</c> with its defaults (functional.py), which the speech tokenizer was trained behind: 6 zero
    /// crossings, roll-off 0.99. Wide: it falls from 0.8 on, and what is just beyond 1 comes through at half.
    /// </summary>
    public static readonly ResamplerFilter Reference = new(6, 0.99, static time =>
    {
        double cosine = Math.Cos(time * Math.PI / 2);
        return cosine * cosine;
    });

    /// <summary>
    /// For ears and codecs: flat within 0.01 dB up to 0.85 (3.4 kHz of 8 kHz, 20.4 kHz of 48 kHz), and nothing from beyond 1 louder than
    /// −80 dB, at 34 zero crossings: 4.6 ms of 8 kHz, 2.3 ms of 16 kHz, 0.8 ms of 48 kHz.
    /// </summary>
    /// <remarks>J. F. Kaiser's window for 80 dB (A. V. Oppenheim, R. W. Schafer, Discrete-Time Signal Processing, 7.5).</remarks>
    public static readonly ResamplerFilter Flat = new(34, 0.925, static time => Bessel(8.2 * Math.Sqrt(1 - (time * time))) / Bessel(8.2));

    private readonly Func<double, double> _window;

    private ResamplerFilter(int zeroCrossings, double rollOff, Func<double, double> window)
    {
        ZeroCrossings = zeroCrossings;
        RollOff = rollOff;
        _window = window;
    }

    /// <summary>Zero crossings of the sinc on either side.</summary>
    internal int ZeroCrossings { get; }

    /// <summary>Where the filter is at half.</summary>
    internal double RollOff { get; }

    /// <summary>The filter's impulse response.</summary>
    /// <param name="time">In zero crossings; what is beyond the last is 0.</param>
    internal double At(double time)
    {
        double bounded = Math.Clamp(time, -ZeroCrossings, ZeroCrossings);
        double angle = bounded * Math.PI;
        double sinc = angle == 0 ? 1 : Math.Sin(angle) / angle;
        return sinc * _window(bounded / ZeroCrossings);
    }

    // The modified Bessel function of order 0, by its series.
    private static double Bessel(double x)
    {
        double term = 1;
        double sum = 1;
        for (int k = 1; term > 1e-17 * sum; k++)
        {
            term *= x / (2 * k) * (x / (2 * k));
            sum += term;
        }

        return sum;
    }
}
