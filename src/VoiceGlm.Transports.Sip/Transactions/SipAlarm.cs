namespace VoiceGlm.Transports.Sip;

/// <summary>One time that is waited for, under the gate of all that is signalled: what it does runs within it. Not thread-safe beside the gate.</summary>
/// <param name="gate">The gate.</param>
/// <param name="time">The clock.</param>
internal sealed class SipAlarm(Lock gate, TimeProvider time) : IDisposable
{
    private ITimer? _timer;
    private int _setting;

    /// <summary>Waits for a time, and for nothing else any more.</summary>
    public void Set(TimeSpan after, Action ring)
    {
        Clear();
        int setting = _setting;
        _timer = time.CreateTimer(
            _ =>
            {
                lock (gate)
                {
                    // It may have been set again while it waited for the gate.
                    if (setting == _setting) ring();
                }
            },
            null,
            after,
            Timeout.InfiniteTimeSpan);
    }

    /// <summary>Waits for nothing any more.</summary>
    public void Clear()
    {
        _setting++;
        _timer?.Dispose();
        _timer = null;
    }

    /// <inheritdoc/>
    public void Dispose() => Clear();
}
