using System.Buffers.Binary;

namespace VoiceGlm.Rtc;

/// <summary>An RTP packet as it arrived (RFC 3550 §5), read in place: header, extension, payload and padding lie within it.</summary>
public readonly ref struct RtpPacket
{
    internal const int FixedHeaderLength = 12;
    internal const int Version = 2;

    // RFC 8285: elements of one byte of header, or of two.
    internal const ushort OneByteProfile = 0xBEDE;
    private const ushort TwoByteProfile = 0x1000;
    private const ushort TwoByteMask = 0xFFF0;

    private readonly ReadOnlySpan<byte> _packet;
    private readonly ReadOnlySpan<byte> _extension;
    private readonly ushort _profile;

    private RtpPacket(ReadOnlySpan<byte> packet, int headerLength, int end, ReadOnlySpan<byte> extension, ushort profile)
    {
        _packet = packet;
        _extension = extension;
        _profile = profile;
        Payload = packet[headerLength..end];
    }

    /// <summary>The first packet of a talk spurt, or of an event.</summary>
    public bool Marker => (_packet[1] & 0x80) != 0;

    /// <summary>What the payload is, 0 to 127.</summary>
    public byte PayloadType => (byte)(_packet[1] & 0x7F);

    /// <summary>The packet's number, modulo 65,536.</summary>
    public ushort SequenceNumber => BinaryPrimitives.ReadUInt16BigEndian(_packet[2..]);

    /// <summary>When its first sample was taken, in ticks of the format's clock.</summary>
    public uint Timestamp => BinaryPrimitives.ReadUInt32BigEndian(_packet[4..]);

    /// <summary>Who sent it.</summary>
    public uint Ssrc => BinaryPrimitives.ReadUInt32BigEndian(_packet[8..]);

    /// <summary>What it carries, without padding.</summary>
    public ReadOnlySpan<byte> Payload { get; }

    /// <summary>Reads a packet.</summary>
    /// <returns>False where it is not RTP of version 2 with everything inside.</returns>
    public static bool TryParse(ReadOnlySpan<byte> data, out RtpPacket packet)
    {
        packet = default;
        if (!TryReadHeaderLength(data, out int header)) return false;
        int padding = 0;
        if ((data[0] & 0x20) != 0)
        {
            padding = data[^1];
            if (padding == 0 || header + padding > data.Length) return false;
        }

        ReadOnlySpan<byte> extension = default;
        ushort profile = 0;
        if ((data[0] & 0x10) != 0)
        {
            int at = FixedHeaderLength + (4 * (data[0] & 0xF));
            profile = BinaryPrimitives.ReadUInt16BigEndian(data[at..]);
            extension = data[(at + 4)..header];
        }

        packet = new RtpPacket(data, header, data.Length - padding, extension, profile);
        return true;
    }

    /// <summary>Finds a header extension by the identifier that was agreed on.</summary>
    public bool TryGetExtension(int identifier, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (identifier == 0) return false;
        if (_profile == OneByteProfile) return TryGetOneByte(identifier, out value);
        return (_profile & TwoByteMask) == TwoByteProfile && TryGetTwoByte(identifier, out value);
    }

    /// <summary>Reads how long the header is, extension included: what stays readable when the packet is encrypted.</summary>
    internal static bool TryReadHeaderLength(ReadOnlySpan<byte> data, out int length)
    {
        length = 0;
        if (data.Length < FixedHeaderLength || data[0] >> 6 != Version) return false;
        length = FixedHeaderLength + (4 * (data[0] & 0xF));
        if ((data[0] & 0x10) != 0)
        {
            if (data.Length < length + 4) return false;
            length += 4 + (4 * BinaryPrimitives.ReadUInt16BigEndian(data[(length + 2)..]));
        }

        return length <= data.Length;
    }

    private bool TryGetOneByte(int identifier, out ReadOnlySpan<byte> value)
    {
        value = default;
        for (int at = 0; at < _extension.Length;)
        {
            int id = _extension[at] >> 4, length = (_extension[at] & 0xF) + 1;
            if (_extension[at] == 0)
            {
                at++;
                continue;
            }

            if (id == 15 || at + 1 + length > _extension.Length) return false;
            if (id == identifier)
            {
                value = _extension.Slice(at + 1, length);
                return true;
            }

            at += 1 + length;
        }

        return false;
    }

    private bool TryGetTwoByte(int identifier, out ReadOnlySpan<byte> value)
    {
        value = default;
        for (int at = 0; at + 1 < _extension.Length;)
        {
            if (_extension[at] == 0)
            {
                at++;
                continue;
            }

            int length = _extension[at + 1];
            if (at + 2 + length > _extension.Length) return false;
            if (_extension[at] == identifier)
            {
                value = _extension.Slice(at + 2, length);
                return true;
            }

            at += 2 + length;
        }

        return false;
    }
}
