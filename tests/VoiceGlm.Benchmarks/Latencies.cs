using System.Globalization;

namespace VoiceGlm.Benchmarks;

/// <summary>Counts delays by tenths of a millisecond, up to a second. One thread adds.</summary>
internal sealed class Latencies
{
    private const double Deadline = 20;
    private const int PerMillisecond = 10;

    private readonly long[] _counts = new long[1_000 * PerMillisecond];

    public long Count => _counts.Sum();

    public static Latencies Of(IEnumerable<Latencies> parts)
    {
        var all = new Latencies();
        foreach (Latencies part in parts)
        {
            for (int i = 0; i < all._counts.Length; i++) all._counts[i] += part._counts[i];
        }

        return all;
    }

    public void Add(TimeSpan delay) => _counts[(int)Math.Clamp(delay.TotalMilliseconds * PerMillisecond, 0, _counts.Length - 1)]++;

    public void Clear() => Array.Clear(_counts);

    public override string ToString()
    {
        double missed = _counts.Skip((int)(Deadline * PerMillisecond)).Sum() / (double)Math.Max(1, Count);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"median {At(0.5):F1} ms, 99 % {At(0.99):F1} ms, 99.9 % {At(0.999):F1} ms, most {At(1):F1} ms; above {Deadline} ms {missed:P3} of {Count}");
    }

    private double At(double share)
    {
        long left = (long)Math.Ceiling(share * Count);
        for (int i = 0; i < _counts.Length; i++)
        {
            left -= _counts[i];
            if (left <= 0) return (i + 1.0) / PerMillisecond;
        }

        return (double)_counts.Length / PerMillisecond;
    }
}
