namespace VoiceGlm.TurnDetection.Echo;

/// <summary>Brings what is played to 16 kHz: a windowed sinc, read at fractional places. Not thread-safe.</summary>
/// <remarks>J. O. Smith, Digital Audio Resampling. Good enough to compare spectra (aliases 50 dB down); nobody hears it.</remarks>
internal sealed class PlayoutResampler
{
    private const int ZeroCrossings = 8;
    private const int StepsPerCrossing = 64;

    private readonly float[] _kernel = new float[(ZeroCrossings * StepsPerCrossing) + 2];
    private float[] _history = [];
    private int _rate;
    private double _step;
    private double _cutoff;
    private double _next;
    private int _written;

    public PlayoutResampler()
    {
        for (int i = 0; i < _kernel.Length; i++)
        {
            double x = (double)i / StepsPerCrossing;
            double sinc = x == 0 ? 1 : Math.Sin(Math.PI * x) / (Math.PI * x);
            double window = x >= ZeroCrossings ? 0 : 0.5 + (0.5 * Math.Cos(Math.PI * x / ZeroCrossings));
            _kernel[i] = (float)(sinc * window);
        }
    }

    /// <summary>Whether samples of this rate need no change.</summary>
    public static bool IsIdentity(int rate) => rate == SampleRate.Wideband.Hertz;

    /// <summary>Begins a stream of another rate, or the next one of the same.</summary>
    public void Restart(int rate)
    {
        if (rate != _rate)
        {
            _rate = rate;
            _step = (double)rate / SampleRate.Wideband.Hertz;
            _cutoff = Math.Min(1, 1 / _step);
            _history = new float[(2 * (int)Math.Ceiling(ZeroCrossings / _cutoff)) + 2];
        }

        Array.Clear(_history);
        _next = 0;
        _written = 0;
    }

    /// <summary>Takes one sample; call <see cref="TryRead"/> until it has no more.</summary>
    public void Write(float sample)
    {
        _history[_written % _history.Length] = sample;
        _written++;
        if (_written < 2 * _history.Length * _rate) return;

        // Both counts go back together, long before they lose precision, by a whole number of seconds and of histories.
        int back = _history.Length * _rate;
        _written -= back;
        _next -= back;
    }

    /// <summary>Gives the next sample at 16 kHz, if all it needs is there.</summary>
    public bool TryRead(out float sample)
    {
        double reach = ZeroCrossings / _cutoff;
        sample = 0;
        if (_next + reach > _written - 1) return false;
        int first = Math.Max((int)Math.Ceiling(_next - reach), _written - _history.Length);
        int last = (int)Math.Floor(_next + reach);
        double sum = 0;
        for (int i = Math.Max(first, 0); i <= last; i++)
        {
            double place = Math.Abs(i - _next) * _cutoff * StepsPerCrossing;
            int index = (int)place;
            float fraction = (float)(place - index);
            float weight = _kernel[index] + (fraction * (_kernel[index + 1] - _kernel[index]));
            sum += weight * _history[i % _history.Length];
        }

        sample = (float)(sum * _cutoff);
        _next += _step;
        return true;
    }
}
