using System.Buffers.Binary;

namespace VoiceGlm.Rtc;

/// <summary>The framing of DTLS 1.2 records (RFC 6347 §4.1): what is let through to the handshake, and whether it begins one.</summary>
internal readonly record struct DtlsRecord(byte Type, ushort Epoch, int Length)
{
    public const int HeaderLength = 13;

    // RFC 6347 §4.1: 2¹⁴ bytes and what encryption adds.
    private const int MaximumBody = (1 << 14) + 2048;

    // RFC 6347 §4.2.2: type, length, number, and which part of the message this is.
    private const int MessageHeaderLength = 12;

    // Four certificates have some kilobytes. BouncyCastle makes room for all that the head of a message announces, which may be 16 MB, before any of it has come.
    private const int MaximumMessage = 1 << 14;

    private const byte ChangeCipherSpec = 20;
    private const byte Handshake = 22;
    private const byte ApplicationData = 23;

    /// <summary>Takes the first record off a datagram. What a plain one holds of a handshake is looked at too: anybody can send that.</summary>
    public static bool TryTake(ref ReadOnlySpan<byte> datagram, out DtlsRecord record)
    {
        record = default;
        if (datagram.Length < HeaderLength || datagram[0] is < ChangeCipherSpec or > ApplicationData) return false;
        // DTLS 1.0 says 254.255, which first messages still bear, and 1.2 says 254.253.
        if (datagram[1] != 254 || datagram[2] is not (255 or 253)) return false;
        int length = BinaryPrimitives.ReadUInt16BigEndian(datagram[11..]);
        if (length is 0 or > MaximumBody || HeaderLength + length > datagram.Length) return false;
        record = new DtlsRecord(datagram[0], BinaryPrimitives.ReadUInt16BigEndian(datagram[3..]), length);
        if (record is { Type: Handshake, Epoch: 0 } && !HoldsMessages(datagram.Slice(HeaderLength, length))) return false;
        datagram = datagram[(HeaderLength + length)..];
        return true;
    }

    /// <summary>Whether a datagram is whole records and nothing else.</summary>
    public static bool AreWhole(ReadOnlySpan<byte> datagram)
    {
        bool any = false;
        while (TryTake(ref datagram, out _))
            any = true;
        return any && datagram.IsEmpty;
    }

    /// <summary>Whether a datagram begins with a plain handshake record, as the first of a client does.</summary>
    public static bool MayBegin(ReadOnlySpan<byte> datagram) => TryTake(ref datagram, out DtlsRecord record) && record is { Type: Handshake, Epoch: 0 };

    private static bool HoldsMessages(ReadOnlySpan<byte> body)
    {
        while (!body.IsEmpty)
        {
            if (body.Length < MessageHeaderLength) return false;
            int length = ReadUInt24(body[1..]), offset = ReadUInt24(body[6..]), part = ReadUInt24(body[9..]);
            if (length > MaximumMessage || offset + part > length || MessageHeaderLength + part > body.Length) return false;
            body = body[(MessageHeaderLength + part)..];
        }

        return true;
    }

    private static int ReadUInt24(ReadOnlySpan<byte> value) => (value[0] << 16) | BinaryPrimitives.ReadUInt16BigEndian(value[1..]);
}
