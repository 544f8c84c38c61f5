using System.Buffers.Binary;

namespace VoiceGlm.Rtc;

/// <summary>
/// The last checks of a session and where each came from. A check that was overheard and is sent again from elsewhere would draw the sound there;
/// a true one repeats from where it came. Not thread-safe.
/// </summary>
internal sealed class RecentChecks
{
    // A browser checks a few times a second while it connects and every few seconds afterwards.
    private const int Capacity = 64;

    private readonly (ulong High, uint Low, TransportAddress From)[] _checks = new (ulong, uint, TransportAddress)[Capacity];
    private int _count;

    /// <summary>Remembers a check.</summary>
    /// <returns>False where its transaction came from another address before.</returns>
    public bool TryAdd(ReadOnlySpan<byte> transactionId, TransportAddress from)
    {
        ulong high = BinaryPrimitives.ReadUInt64BigEndian(transactionId);
        uint low = BinaryPrimitives.ReadUInt32BigEndian(transactionId[8..]);
        for (int i = 0; i < Math.Min(_count, Capacity); i++)
        {
            if (_checks[i].High == high && _checks[i].Low == low) return _checks[i].From == from;
        }

        _checks[_count++ % Capacity] = (high, low, from);
        return true;
    }
}
