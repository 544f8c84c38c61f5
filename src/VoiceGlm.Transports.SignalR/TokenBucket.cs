namespace VoiceGlm.Transports.SignalR;

/// <summary>Allows so many things a second, and some at once. Not thread-safe.</summary>
internal sealed class TokenBucket
{
    private readonly double _perSecond;
    private readonly double _atOnce;
    private readonly TimeProvider _time;
    private double _tokens;
    private long _filledAt;

    /// <param name="perSecond">Allowed in the long run.</param>
    /// <param name="atOnce">Allowed after a rest.</param>
    /// <param name="time">The clock.</param>
    public TokenBucket(double perSecond, double atOnce, TimeProvider time)
    {
        _perSecond = perSecond;
        _atOnce = atOnce;
        _time = time;
        _tokens = atOnce;
        _filledAt = time.GetTimestamp();
    }

    /// <returns>Whether one more is allowed now.</returns>
    public bool TryTake()
    {
        long now = _time.GetTimestamp();
        _tokens = Math.Min(_atOnce, _tokens + (_perSecond * _time.GetElapsedTime(_filledAt, now).TotalSeconds));
        _filledAt = now;
        if (_tokens < 1) return false;
        _tokens--;
        return true;
    }
}
