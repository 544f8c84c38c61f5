using System.Buffers.Binary;

namespace VoiceGlm.Rtc;

/// <summary>The fixed fields of a packet to be sent.</summary>
internal readonly record struct RtpHeader(byte PayloadType, bool Marker, ushort SequenceNumber, uint Timestamp, uint Ssrc);

/// <summary>The values of the header extensions of a packet to be sent; those that were not agreed on are not written.</summary>
internal readonly record struct RtpExtensionValues(AudioLevel? Level, uint AbsoluteSendTime, ushort TransportSequence);

/// <summary>Writes RTP packets into memory that the caller has.</summary>
internal static class RtpWriter
{
    /// <summary>Bytes that a header takes at most: the fixed part, the extension's head, and 2, 4 and 3 bytes of elements padded.</summary>
    public const int MaximumHeaderLength = RtpPacket.FixedHeaderLength + 4 + 12;

    /// <summary>Writes a packet; payload and buffer must not overlap.</summary>
    /// <returns>The packet's length.</returns>
    public static int Write(Span<byte> buffer, in RtpHeader header, RtpExtensionMap map, in RtpExtensionValues values, ReadOnlySpan<byte> payload)
    {
        buffer[0] = RtpPacket.Version << 6;
        buffer[1] = (byte)(header.PayloadType | (header.Marker ? 0x80 : 0));
        BinaryPrimitives.WriteUInt16BigEndian(buffer[2..], header.SequenceNumber);
        BinaryPrimitives.WriteUInt32BigEndian(buffer[4..], header.Timestamp);
        BinaryPrimitives.WriteUInt32BigEndian(buffer[8..], header.Ssrc);
        int length = RtpPacket.FixedHeaderLength;
        if (!map.IsEmpty) length += WriteExtension(buffer, map, values);
        payload.CopyTo(buffer[length..]);
        return length + payload.Length;
    }

    private static int WriteExtension(Span<byte> packet, RtpExtensionMap map, in RtpExtensionValues values)
    {
        Span<byte> extension = packet[RtpPacket.FixedHeaderLength..];
        int at = 4;
        if (map.AudioLevel != 0 && values.Level is { } level)
        {
            extension[at++] = (byte)(map.AudioLevel << 4);
            extension[at++] = level.Value;
        }

        if (map.AbsoluteSendTime != 0)
        {
            extension[at] = (byte)((map.AbsoluteSendTime << 4) | 2);
            extension[at + 1] = (byte)(values.AbsoluteSendTime >> 16);
            BinaryPrimitives.WriteUInt16BigEndian(extension[(at + 2)..], (ushort)values.AbsoluteSendTime);
            at += 4;
        }

        if (map.TransportSequence != 0)
        {
            extension[at] = (byte)((map.TransportSequence << 4) | 1);
            BinaryPrimitives.WriteUInt16BigEndian(extension[(at + 1)..], values.TransportSequence);
            at += 3;
        }

        if (at == 4) return 0;
        while (at % 4 != 0)
            extension[at++] = 0;
        packet[0] |= 0x10;
        BinaryPrimitives.WriteUInt16BigEndian(extension, RtpPacket.OneByteProfile);
        BinaryPrimitives.WriteUInt16BigEndian(extension[2..], (ushort)((at / 4) - 1));
        return at;
    }
}
