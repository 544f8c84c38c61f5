namespace VoiceGlm.Audio;

/// <summary>Remembers which of the last 64 packets were heard, to tell a packet that comes late from one that comes again.</summary>
internal struct HeardPackets
{
    private ulong _bits;
    private long _newest;

    /// <summary>Whether a packet was heard.</summary>
    public readonly bool Contains(long sequence)
    {
        long age = _newest - sequence;
        return age is >= 0 and < 64 && ((_bits >> (int)age) & 1) == 1;
    }

    /// <summary>Marks a packet, which is newer than those before.</summary>
    public void Add(long sequence)
    {
        long step = sequence - _newest;
        _bits = step >= 64 ? 1 : (_bits << (int)step) | 1;
        _newest = sequence;
    }
}
