using System.Numerics.Tensors;

namespace VoiceGlm.Audio;

/// <summary>
/// How much later than the fastest packets arrive, and how late nearly all of them are at most. The fastest is the fastest of the last
/// ten seconds, so that it follows clocks that drift apart and routes that change.
/// </summary>
internal sealed class ArrivalDelays
{
    private const int WindowSeconds = 10;
    private const double BinSeconds = 0.005;

    // The memory fades to a third in 250 packets: 5 s of 20 ms.
    private const double Fading = 1 - (1.0 / 250);

    private readonly double _clockRate;
    private readonly double _coverage;
    private readonly double[] _shares;
    private readonly double[] _fastest = new double[WindowSeconds];
    private long _second;
    private double _fastestOfWindow;

    public ArrivalDelays(int clockRate, JitterBufferOptions options)
    {
        _clockRate = clockRate;
        _coverage = options.Coverage;
        _shares = new double[(int)Math.Ceiling(options.MaximumDelay.TotalSeconds / BinSeconds)];
        Reset();
    }

    /// <summary>Packets observed.</summary>
    public long Count { get; private set; }

    /// <summary>Whether none was.</summary>
    public bool IsEmpty => Count == 0;

    /// <summary>The lateness that the covered share of packets stays within.</summary>
    public TimeSpan Covering
    {
        get
        {
            double sum = 0;
            int bin = 0;
            while (bin < _shares.Length && (sum += _shares[bin]) < _coverage) bin++;
            return TimeSpan.FromSeconds(Math.Min(bin + 1, _shares.Length) * BinSeconds);
        }
    }

    /// <summary>Takes the arrival of a packet.</summary>
    public void Observe(long timestamp, TimeSpan arrival)
    {
        double transit = arrival.TotalSeconds - (timestamp / _clockRate);
        Follow((long)Math.Floor(arrival.TotalSeconds), transit);
        Count++;

        // A delay that no buffer of ours covers is an outage and tells nothing of the jitter.
        int bin = (int)Math.Min((transit - _fastestOfWindow) / BinSeconds, _shares.Length);
        if (bin == _shares.Length) return;
        double fading = Math.Min(Fading, 1 - (1.0 / Count));
        TensorPrimitives.Multiply(_shares, fading, _shares);
        _shares[bin] += 1 - fading;
    }

    /// <summary>How much later than the fastest a packet would be that arrived at a time; negative before that.</summary>
    public TimeSpan Lateness(long timestamp, TimeSpan time) =>
        TimeSpan.FromSeconds(time.TotalSeconds - (timestamp / _clockRate) - _fastestOfWindow);

    /// <summary>Forgets the network.</summary>
    public void Reset()
    {
        Array.Clear(_shares);
        Array.Fill(_fastest, double.PositiveInfinity);
        Count = 0;
        _fastestOfWindow = 0;
    }

    private void Follow(long second, double transit)
    {
        if (Count == 0) _second = second;

        // One place per second; those that passed without a packet are empty.
        for (int passed = (int)Math.Clamp(second - _second, 0, WindowSeconds); passed > 0; passed--)
            _fastest[Place(second - passed + 1)] = double.PositiveInfinity;
        _second = Math.Max(_second, second);
        ref double fastest = ref _fastest[Place(_second)];
        fastest = Math.Min(fastest, transit);

        // Two seconds without one packet that the largest delay would cover: the route is another one.
        double before = _fastest[Place(_second - 1)];
        double recent = Math.Min(fastest, before);
        _fastestOfWindow = TensorPrimitives.Min(_fastest);
        if (double.IsFinite(before) && recent - _fastestOfWindow > _shares.Length * BinSeconds)
        {
            Array.Fill(_fastest, double.PositiveInfinity);
            _fastest[Place(_second)] = recent;
            _fastestOfWindow = recent;
        }
    }

    // A clock may begin before zero.
    private static int Place(long second) => (int)(((second % WindowSeconds) + WindowSeconds) % WindowSeconds);
}
