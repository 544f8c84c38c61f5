using System.Buffers.Binary;
using System.Security.Cryptography;

namespace VoiceGlm.Rtc;

/// <summary>Writes a STUN message into memory that the caller has; attributes in the order of the calls.</summary>
internal ref struct StunWriter
{
    private readonly Span<byte> _buffer;

    /// <param name="buffer">Where to write; a message that does not fit throws.</param>
    /// <param name="type">What it is.</param>
    /// <param name="transactionId">12 bytes: the request's own, in an answer.</param>
    public StunWriter(Span<byte> buffer, StunType type, ReadOnlySpan<byte> transactionId)
    {
        _buffer = buffer;
        BinaryPrimitives.WriteUInt16BigEndian(buffer, (ushort)type);
        BinaryPrimitives.WriteUInt32BigEndian(buffer[4..], StunMessage.MagicCookie);
        transactionId.CopyTo(buffer.Slice(8, StunMessage.TransactionLength));
        Length = StunMessage.HeaderLength;
    }

    /// <summary>Bytes written so far.</summary>
    public int Length { get; private set; }

    public readonly ReadOnlySpan<byte> Written => _buffer[..Length];

    /// <summary>Adds an attribute with its padding.</summary>
    public void Add(StunAttribute attribute, scoped ReadOnlySpan<byte> value)
    {
        Span<byte> place = Begin(attribute, value.Length);
        value.CopyTo(place);
        place[value.Length..].Clear();
    }

    /// <summary>Adds XOR-MAPPED-ADDRESS (§14.2).</summary>
    public void AddAddress(TransportAddress address)
    {
        bool v4 = address.IsIPv4;
        Span<byte> value = Begin(StunAttribute.XorMappedAddress, v4 ? 8 : 20);
        value[0] = 0;
        value[1] = (byte)(v4 ? 1 : 2);
        BinaryPrimitives.WriteUInt16BigEndian(value[2..], (ushort)(address.Port ^ (StunMessage.MagicCookie >> 16)));
        Span<byte> bytes = stackalloc byte[16];
        address.CopyTo(bytes);
        ReadOnlySpan<byte> ip = v4 ? bytes[12..] : bytes;
        for (int i = 0; i < ip.Length; i++)
            value[4 + i] = (byte)(ip[i] ^ _buffer[4 + i]);
    }

    /// <summary>Adds ERROR-CODE (§14.8).</summary>
    public void AddError(int code, scoped ReadOnlySpan<byte> reason)
    {
        Span<byte> value = Begin(StunAttribute.ErrorCode, 4 + reason.Length);
        value.Clear();
        value[2] = (byte)(code / 100);
        value[3] = (byte)(code % 100);
        reason.CopyTo(value[4..]);
    }

    /// <summary>Adds MESSAGE-INTEGRITY over what is written so far.</summary>
    public void AddIntegrity(scoped ReadOnlySpan<byte> key)
    {
        int covered = Length;
        Span<byte> value = Begin(StunAttribute.MessageIntegrity, StunMessage.IntegrityLength);
#pragma warning disable CA5350 // RFC 8445 authenticates by HMAC-SHA1, which stands unbroken though SHA-1's collision resistance does not.
        HMACSHA1.HashData(key, _buffer[..covered], value);
#pragma warning restore CA5350
    }

    /// <summary>Adds FINGERPRINT, the last attribute of a message.</summary>
    public void AddFingerprint()
    {
        int covered = Length;
        Span<byte> value = Begin(StunAttribute.Fingerprint, sizeof(uint));
        BinaryPrimitives.WriteUInt32BigEndian(value, Crc32.Of(_buffer[..covered]) ^ StunMessage.FingerprintMask);
    }

    // The header's length counts the new attribute before its value is known: integrity and fingerprint cover it so.
    private Span<byte> Begin(StunAttribute attribute, int length)
    {
        int padded = (length + 3) & ~3;
        Span<byte> place = _buffer.Slice(Length, 4 + padded);
        BinaryPrimitives.WriteUInt16BigEndian(place, (ushort)attribute);
        BinaryPrimitives.WriteUInt16BigEndian(place[2..], (ushort)length);
        Length += 4 + padded;
        BinaryPrimitives.WriteUInt16BigEndian(_buffer[2..], (ushort)(Length - StunMessage.HeaderLength));
        return place[4..];
    }
}
