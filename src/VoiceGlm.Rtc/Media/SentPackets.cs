namespace VoiceGlm.Rtc;

/// <summary>The last packets as they were sent, to be sent again when a peer misses them: 64 of 20 ms. Not thread-safe.</summary>
internal sealed class SentPackets
{
    private const int Capacity = 64;

    // 20 ms of Opus at its highest rate has 1,275 bytes; speech has some hundred. A larger packet is not kept.
    private const int MaximumLength = 512;

    private readonly byte[] _packets = new byte[Capacity * MaximumLength];
    private readonly (int SequenceNumber, int Length)[] _kept = new (int, int)[Capacity];

    public SentPackets() => Array.Fill(_kept, (-1, 0));

    public void Add(ushort sequenceNumber, ReadOnlySpan<byte> packet)
    {
        int at = sequenceNumber % Capacity;
        _kept[at] = packet.Length > MaximumLength ? (-1, 0) : (sequenceNumber, packet.Length);
        if (packet.Length <= MaximumLength) packet.CopyTo(_packets.AsSpan(at * MaximumLength));
    }

    /// <summary>Takes a packet out: each is sent again once, so that requests cannot multiply traffic.</summary>
    public bool TryTake(ushort sequenceNumber, out ReadOnlySpan<byte> packet)
    {
        int at = sequenceNumber % Capacity;
        packet = default;
        if (_kept[at].SequenceNumber != sequenceNumber) return false;
        packet = _packets.AsSpan(at * MaximumLength, _kept[at].Length);
        _kept[at] = (-1, 0);
        return true;
    }
}
