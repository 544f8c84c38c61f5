namespace VoiceGlm.Rtc;

/// <summary>Which of the last 128 packet indices came (RFC 3711 §3.3.2). Not thread-safe.</summary>
internal struct ReplayWindow
{
    private const int Size = 128;

    private UInt128 _seen;

    /// <summary>The highest index that came; −1 before the first.</summary>
    public long Highest { get; private set; } = -1;

    public ReplayWindow()
    {
    }

    /// <summary>Whether a packet may be new. Says so before it is authenticated, and changes nothing.</summary>
    public readonly bool MayBeNew(long index)
    {
        long age = Highest - index;
        return age < 0 || (age < Size && (_seen & (UInt128.One << (int)age)) == 0);
    }

    /// <summary>Takes note of an authentic packet.</summary>
    public void Add(long index)
    {
        long ahead = index - Highest;
        if (ahead > 0)
        {
            _seen = ahead >= Size ? UInt128.One : (_seen << (int)ahead) | UInt128.One;
            Highest = index;
        }
        else
        {
            _seen |= UInt128.One << (int)-ahead;
        }
    }
}
