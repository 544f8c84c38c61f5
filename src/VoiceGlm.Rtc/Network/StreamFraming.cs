using System.Buffers.Binary;

namespace VoiceGlm.Rtc;

/// <summary>Finds packets in a stream of bytes: two bytes of length before each (RFC 4571). Not thread-safe.</summary>
internal sealed class StreamFraming
{
    /// <summary>Bytes of the largest packet that is taken.</summary>
    public const int MaximumPacket = 2048;

    /// <summary>Bytes of a length.</summary>
    public const int HeaderLength = 2;

    private readonly byte[] _buffer = new byte[2 * (HeaderLength + MaximumPacket)];
    private int _start;
    private int _end;

    /// <summary>Where the next bytes of the stream go.</summary>
    public Memory<byte> Free
    {
        get
        {
            if (_start > 0)
            {
                _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
                (_start, _end) = (0, _end - _start);
            }

            return _buffer.AsMemory(_end);
        }
    }

    /// <summary>Takes note of bytes that were put there.</summary>
    public void Advance(int count) => _end += count;

    /// <summary>Takes the next packet, in place.</summary>
    /// <param name="packet">The packet, valid until more bytes come.</param>
    /// <returns>False where it is not whole yet.</returns>
    /// <exception cref="InvalidDataException">The stream announces a packet that is larger than any.</exception>
    public bool TryTake(out Span<byte> packet)
    {
        packet = default;
        if (_end - _start < HeaderLength) return false;
        int length = BinaryPrimitives.ReadUInt16BigEndian(_buffer.AsSpan(_start));
        if (length > MaximumPacket) throw new InvalidDataException($"Expected packets of at most {MaximumPacket} bytes, found one of {length}.");
        if (_end - _start < HeaderLength + length) return false;
        packet = _buffer.AsSpan(_start + HeaderLength, length);
        _start += HeaderLength + length;
        return true;
    }
}
