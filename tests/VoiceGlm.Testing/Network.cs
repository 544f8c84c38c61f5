namespace VoiceGlm.Testing;

/// <summary>A network that is not perfect. The same seed gives the same network.</summary>
public sealed record Network
{
    public int Seed { get; init; } = 1;

    /// <summary>Share of packets that never arrive.</summary>
    public double Loss { get; init; }

    /// <summary>The least and the most time that a packet takes, each time between as likely as the other.</summary>
    public (double Least, double Most) DelayMilliseconds { get; init; } = (30, 30);

    /// <summary>Share of packets that take 50 ms more.</summary>
    public double Reordered { get; init; }

    /// <summary>Share of packets that arrive twice.</summary>
    public double Duplicated { get; init; }

    /// <summary>When nothing arrives, in seconds.</summary>
    public (double From, double To) Outage { get; init; } = (double.MaxValue, double.MaxValue);

    /// <summary>Whether what is sent in an outage arrives all at once at its end, and is not lost.</summary>
    public bool OutageIsStall { get; init; }

    /// <summary>How much slower than ours the sender's clock is, in millionths.</summary>
    public double SenderSlowerPpm { get; init; }

    /// <summary>Whether nothing gets through at a time.</summary>
    public bool IsOut(TimeSpan time) => time.TotalSeconds >= Outage.From && time.TotalSeconds < Outage.To;

    /// <summary>When the copies of a packet arrive.</summary>
    public IEnumerable<TimeSpan> Arrivals(TimeSpan sent, Random random)
    {
        (double loss, double jitter, double reorder, double duplicate) = (random.NextDouble(), random.NextDouble(), random.NextDouble(), random.NextDouble());
        bool isOut = IsOut(sent);
        if (loss < Loss || (isOut && !OutageIsStall)) yield break;
        double delay = double.Lerp(DelayMilliseconds.Least, DelayMilliseconds.Most, jitter) + (reorder < Reordered ? 50 : 0);
        TimeSpan arrival = (isOut ? TimeSpan.FromSeconds(Outage.To) : sent) + TimeSpan.FromMilliseconds(delay);
        yield return arrival;
        if (duplicate < Duplicated) yield return arrival + TimeSpan.FromMilliseconds(5);
    }
}
