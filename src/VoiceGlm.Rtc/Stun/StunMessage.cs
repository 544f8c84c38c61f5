using System.Buffers.Binary;
using System.Security.Cryptography;

namespace VoiceGlm.Rtc;

/// <summary>A STUN message as it arrived (RFC 8489), read in place: every attribute lies within it and its length is its datagram's.</summary>
internal readonly ref struct StunMessage
{
    public const int HeaderLength = 20;
    public const int TransactionLength = 12;
    public const int IntegrityLength = 20;
    public const uint MagicCookie = 0x2112A442;
    public const uint FingerprintMask = 0x5354554E;

    // ICE's messages have some 100 bytes; a message is copied to be authenticated, so its length is limited.
    public const int MaximumLength = 1024;

    private readonly ReadOnlySpan<byte> _message;
    private readonly int _integrity;
    private readonly int _fingerprint;

    private StunMessage(ReadOnlySpan<byte> message, int integrity, int fingerprint)
    {
        _message = message;
        _integrity = integrity;
        _fingerprint = fingerprint;
    }

    public StunType Type => (StunType)BinaryPrimitives.ReadUInt16BigEndian(_message);

    public ReadOnlySpan<byte> TransactionId => _message.Slice(8, TransactionLength);

    /// <summary>Reads a datagram.</summary>
    /// <returns>False where it is not one whole STUN message.</returns>
    public static bool TryParse(ReadOnlySpan<byte> datagram, out StunMessage message)
    {
        message = default;
        if (datagram.Length is < HeaderLength or > MaximumLength || datagram[0] > 3) return false;
        if (BinaryPrimitives.ReadUInt32BigEndian(datagram[4..]) != MagicCookie) return false;
        if (BinaryPrimitives.ReadUInt16BigEndian(datagram[2..]) + HeaderLength != datagram.Length || datagram.Length % 4 != 0) return false;
        int integrity = 0, fingerprint = 0;
        for (int at = HeaderLength; at < datagram.Length;)
        {
            if (fingerprint != 0) return false;
            var type = (StunAttribute)BinaryPrimitives.ReadUInt16BigEndian(datagram[at..]);
            int length = BinaryPrimitives.ReadUInt16BigEndian(datagram[(at + 2)..]);
            int next = at + 4 + ((length + 3) & ~3);
            if (next > datagram.Length) return false;
            if (type == StunAttribute.MessageIntegrity && integrity == 0)
            {
                if (length != IntegrityLength) return false;
                integrity = at;
            }
            else if (type == StunAttribute.Fingerprint)
            {
                if (length != sizeof(uint)) return false;
                fingerprint = at;
            }

            at = next;
        }

        message = new StunMessage(datagram, integrity, fingerprint);
        return true;
    }

    /// <summary>Finds the first attribute of a kind. What follows the integrity is not covered by it and therefore not found (RFC 8489 §14.5).</summary>
    public bool TryGet(StunAttribute attribute, out ReadOnlySpan<byte> value)
    {
        int end = _integrity != 0 ? _integrity : _fingerprint != 0 ? _fingerprint : _message.Length;
        for (int at = HeaderLength; at < end;)
        {
            int length = BinaryPrimitives.ReadUInt16BigEndian(_message[(at + 2)..]);
            if ((StunAttribute)BinaryPrimitives.ReadUInt16BigEndian(_message[at..]) == attribute)
            {
                value = _message.Slice(at + 4, length);
                return true;
            }

            at += 4 + ((length + 3) & ~3);
        }

        value = default;
        return false;
    }

    /// <summary>Whether there is a FINGERPRINT and it is right (§14.7).</summary>
    public bool HasValidFingerprint() => _fingerprint != 0
        && BinaryPrimitives.ReadUInt32BigEndian(_message[(_fingerprint + 4)..]) == (Crc32.Of(_message[.._fingerprint]) ^ FingerprintMask);

    /// <summary>Whether there is a MESSAGE-INTEGRITY and it is this password's (§14.5). Takes the same time for any wrong value.</summary>
    /// <param name="key">The password of the side that is asked.</param>
    public bool IsAuthentic(ReadOnlySpan<byte> key)
    {
        if (_integrity == 0) return false;
        Span<byte> covered = stackalloc byte[MaximumLength];
        covered = covered[.._integrity];
        _message[.._integrity].CopyTo(covered);
        BinaryPrimitives.WriteUInt16BigEndian(covered[2..], (ushort)(_integrity + 4 + IntegrityLength - HeaderLength));
        Span<byte> expected = stackalloc byte[IntegrityLength];
#pragma warning disable CA5350 // RFC 8445 authenticates by HMAC-SHA1, which stands unbroken though SHA-1's collision resistance does not.
        HMACSHA1.HashData(key, covered, expected);
#pragma warning restore CA5350
        return CryptographicOperations.FixedTimeEquals(expected, _message.Slice(_integrity + 4, IntegrityLength));
    }
}
