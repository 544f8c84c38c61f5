namespace VoiceGlm.Audio;

/// <summary>Counts on where the 16 bits of an RTP sequence number or the 32 bits of a timestamp begin again.</summary>
internal struct Unwrapper(int bits)
{
    private readonly int _unused = 64 - bits;
    private long _newest;
    private bool _begun;

    /// <summary>The number nearest to the newest one that ends in these bits. Never negative.</summary>
    public readonly long Unwrap(uint value)
    {
        // Room for numbers before the first.
        if (!_begun) return value + (1L << 40);
        long difference = (value - _newest) << _unused >> _unused;
        return _newest + difference;
    }

    /// <summary>Makes a number the newest, if it is.</summary>
    public void Advance(long number)
    {
        _newest = _begun ? Math.Max(_newest, number) : number;
        _begun = true;
    }

    /// <summary>Forgets all numbers.</summary>
    public void Reset() => _begun = false;
}
