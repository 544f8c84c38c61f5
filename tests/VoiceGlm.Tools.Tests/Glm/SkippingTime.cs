using System.Collections.Concurrent;

namespace VoiceGlm.Tools.Tests.Glm;

/// <summary>A clock on which short waits are over at once, and are told, and long ones never are: retries and polls run without sleeping, timeouts do not.</summary>
internal sealed class SkippingTime(TimeSpan longest) : TimeProvider
{
    private long _skipped;

    public SkippingTime()
        : this(TimeSpan.FromSeconds(9))
    {
    }

    /// <summary>The waits that were skipped.</summary>
    public ConcurrentQueue<TimeSpan> Waits { get; } = new();

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + TimeSpan.FromTicks(Volatile.Read(ref _skipped));

    public override long GetTimestamp() => base.GetTimestamp() + (long)(Volatile.Read(ref _skipped) * ((double)TimestampFrequency / TimeSpan.TicksPerSecond));

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime <= TimeSpan.Zero || dueTime > longest) return base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Waits.Enqueue(dueTime);
        Interlocked.Add(ref _skipped, dueTime.Ticks);
        return base.CreateTimer(callback, state, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }
}
