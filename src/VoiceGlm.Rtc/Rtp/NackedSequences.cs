using System.Buffers.Binary;

namespace VoiceGlm.Rtc;

/// <summary>The packets that a generic NACK asks for (RFC 4585 §6.2.1), one after another.</summary>
/// <param name="packet">A transport feedback of that format.</param>
internal ref struct NackedSequences(RtcpPacket packet)
{
    private ReadOnlySpan<byte> _pairs = packet.Body[8..];
    private ushort _first;
    private int _mask;
    private int _bit = 17;

    public readonly ushort Current => (ushort)(_first + _bit);

    public bool MoveNext()
    {
        // Bit 0 is the packet that the pair names, bits 1 to 16 those after it.
        while (true)
        {
            while (++_bit <= 16)
            {
                if ((_mask & (1 << _bit)) != 0) return true;
            }

            if (_pairs.Length < 4) return false;
            _first = BinaryPrimitives.ReadUInt16BigEndian(_pairs);
            _mask = (BinaryPrimitives.ReadUInt16BigEndian(_pairs[2..]) << 1) | 1;
            _bit = -1;
            _pairs = _pairs[4..];
        }
    }
}
