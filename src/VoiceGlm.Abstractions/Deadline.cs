using System.Diagnostics;

namespace VoiceGlm;

/// <summary>
/// A moment on the machine's monotonic clock by which work is wanted. Who has the earliest gets the device first; it is a wish,
/// and nothing is refused for being late.
/// </summary>
/// <param name="Timestamp">As <see cref="Stopwatch.GetTimestamp"/> tells it.</param>
public readonly record struct Deadline(long Timestamp) : IComparable<Deadline>
{
    /// <summary>As soon as can be: somebody waits already. The default.</summary>
    public static readonly Deadline AtOnce;

    /// <summary>The moment that is passing.</summary>
    public static Deadline Now => new(Stopwatch.GetTimestamp());

    /// <summary>A moment so long after (or, if negative, before) another.</summary>
    public static Deadline operator +(Deadline deadline, TimeSpan time) => deadline.Add(time);

    /// <summary>A moment so long before another.</summary>
    public static Deadline operator -(Deadline deadline, TimeSpan time) => deadline.Add(-time);

    /// <summary>Whether a moment is before another.</summary>
    public static bool operator <(Deadline left, Deadline right) => left.Timestamp < right.Timestamp;

    /// <summary>Whether a moment is after another.</summary>
    public static bool operator >(Deadline left, Deadline right) => left.Timestamp > right.Timestamp;

    /// <summary>Whether a moment is not after another.</summary>
    public static bool operator <=(Deadline left, Deadline right) => left.Timestamp <= right.Timestamp;

    /// <summary>Whether a moment is not before another.</summary>
    public static bool operator >=(Deadline left, Deadline right) => left.Timestamp >= right.Timestamp;

    /// <summary>The earlier of two.</summary>
    public static Deadline Earlier(Deadline one, Deadline other) => one < other ? one : other;

    /// <summary>The later of two.</summary>
    public static Deadline Later(Deadline one, Deadline other) => one > other ? one : other;

    /// <summary>A moment so long after this one.</summary>
    public Deadline Add(TimeSpan time) => new(Timestamp + (long)(time.TotalSeconds * Stopwatch.Frequency));

    /// <inheritdoc/>
    public int CompareTo(Deadline other) => Timestamp.CompareTo(other.Timestamp);
}
