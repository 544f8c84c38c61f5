namespace VoiceGlm.Audio;

/// <summary>Whether it pays to hold sound back for one packet more, so that a lost one can be recovered from the next.</summary>
internal struct LossMeter
{
    // Remembers about as many packets.
    private const int Memory = 100;
    private const double WorthWhile = 0.01;

    private double _loss;
    private double _redundancy;

    /// <summary>Whether packets are lost, and others hold their predecessors.</summary>
    public readonly bool IsRecoveryWorthWaiting => _loss > WorthWhile && _redundancy > WorthWhile;

    /// <summary>Counts packets that did not come in time.</summary>
    public void Lose(long packets)
    {
        for (long i = 0; i < Math.Min(packets, Memory); i++) _loss += (1 - _loss) / Memory;
    }

    /// <summary>Counts a packet that did.</summary>
    public void Hear(bool hasPredecessor)
    {
        _loss -= _loss / Memory;
        _redundancy += ((hasPredecessor ? 1 : 0) - _redundancy) / Memory;
    }
}
