using System.Buffers.Binary;

namespace VoiceGlm.Rtc;

/// <summary>The packets that a transport-wide feedback tells of, one after another. What it has no delta for ends it.</summary>
internal ref struct ReportedArrivals
{
    private readonly ReadOnlySpan<byte> _body;
    private readonly int _count;
    private ReadOnlySpan<byte> _deltas;
    private int _chunkAt;
    private int _index;
    private uint _chunk;
    private int _left;
    private long _ticks;

    private ReportedArrivals(ReadOnlySpan<byte> body, ReadOnlySpan<byte> deltas)
    {
        _body = body;
        _deltas = deltas;
        _count = BinaryPrimitives.ReadUInt16BigEndian(body[2..]);
        _ticks = (long)((int)BinaryPrimitives.ReadUInt32BigEndian(body[4..]) >> 8) * TransportArrivals.TicksPerReference;
        _chunkAt = 8;
        _index = -1;
    }

    public readonly ushort SequenceNumber => (ushort)(BinaryPrimitives.ReadUInt16BigEndian(_body) + _index);

    /// <summary>When it arrived, on the receiver's clock; null where it did not.</summary>
    public TimeSpan? Arrival { get; private set; }

    /// <summary>Reads a transport feedback of that format.</summary>
    /// <returns>False where its chunks do not cover the packets that it counts.</returns>
    public static bool TryRead(RtcpPacket packet, out ReportedArrivals arrivals)
    {
        arrivals = default;
        if (packet.Body.Length < 16) return false;
        ReadOnlySpan<byte> body = packet.Body[8..];
        int count = BinaryPrimitives.ReadUInt16BigEndian(body[2..]), at = 8;
        for (int covered = 0; covered < count; at += 2)
        {
            if (at + 2 > body.Length) return false;
            covered += Statuses(BinaryPrimitives.ReadUInt16BigEndian(body[at..]));
        }

        arrivals = new ReportedArrivals(body, body[at..]);
        return true;
    }

    public bool MoveNext()
    {
        if (++_index >= _count) return false;
        if (_left == 0)
        {
            _chunk = BinaryPrimitives.ReadUInt16BigEndian(_body[_chunkAt..]);
            _left = Statuses(_chunk);
            _chunkAt += 2;
        }

        _left--;
        uint status = (_chunk & 0x8000) == 0 ? (_chunk >> 13) & 3 : (_chunk & 0x4000) == 0 ? (_chunk >> _left) & 1 : (_chunk >> (2 * _left)) & 3;
        int length = status is 1 or 2 ? (int)status : 0;
        if (_deltas.Length < length) return false;
        Arrival = null;
        if (length > 0)
        {
            _ticks += length == 1 ? _deltas[0] : BinaryPrimitives.ReadInt16BigEndian(_deltas);
            Arrival = TimeSpan.FromMicroseconds(250 * _ticks);
        }

        _deltas = _deltas[length..];
        return true;
    }

    // A run of up to 8,191 equal statuses, or a vector of 14 of one bit, or of 7 of two. A run of none would not end; it is one of its own.
    private static int Statuses(uint chunk) =>
        (chunk & 0x8000) == 0 ? Math.Max(1, (int)(chunk & 0x1FFF)) : (chunk & 0x4000) == 0 ? 14 : TransportArrivals.StatusesPerChunk;
}
