using System.Buffers.Binary;
using System.Security.Cryptography;

namespace VoiceGlm.Rtc;

/// <summary>AES_CM_128_HMAC_SHA1_80 (RFC 3711 §4). An RTCP packet's index word stands before the tag and is authenticated.</summary>
internal sealed class CounterModeTransform : ISrtpTransform
{
    private const int Tag = 10;
    private const int Word = 4;

    private readonly AesCounter _cipher;
    private readonly byte[] _authentication;
    private readonly UInt128 _salt;

    public CounterModeTransform(SrtpKeys keys)
    {
        _cipher = new AesCounter(keys.Cipher);
        _authentication = keys.Authentication.ToArray();
        _salt = AesCounter.BlockOf(keys.Salt);
    }

    public int TagLength => Tag;

    public void Protect(Span<byte> packet, in SrtpNonce nonce, int headerLength, int length)
    {
        _cipher.Apply(packet[headerLength..length], Iv(nonce));
        Span<byte> digest = stackalloc byte[SrtpKeys.AuthenticationLength];
        Authenticate(packet, nonce, length, digest);
        digest[..Tag].CopyTo(packet[TagAt(nonce, length)..]);
    }

    public bool Unprotect(Span<byte> packet, in SrtpNonce nonce, int headerLength, int length)
    {
        Span<byte> tag = stackalloc byte[Tag];
        packet.Slice(TagAt(nonce, length), Tag).CopyTo(tag);
        Span<byte> digest = stackalloc byte[SrtpKeys.AuthenticationLength];
        Authenticate(packet, nonce, length, digest);
        if (!CryptographicOperations.FixedTimeEquals(digest[..Tag], tag)) return false;
        _cipher.Apply(packet[headerLength..length], Iv(nonce));
        return true;
    }

    public void Dispose()
    {
        _cipher.Dispose();
        CryptographicOperations.ZeroMemory(_authentication);
    }

    private static int TagAt(in SrtpNonce nonce, int length) => nonce.Trailer is null ? length : length + Word;

    // The word that is authenticated behind the packet lies where the tag begins (RTP) or where it is sent (RTCP): no copy is needed.
    private void Authenticate(Span<byte> packet, in SrtpNonce nonce, int length, Span<byte> digest)
    {
        BinaryPrimitives.WriteUInt32BigEndian(packet[length..], nonce.Trailer ?? (uint)(nonce.Index >> 16));
#pragma warning disable CA5350 // The profile is HMAC-SHA1, which stands unbroken though SHA-1's collision resistance does not.
        HMACSHA1.HashData(_authentication, packet[..(length + Word)], digest);
#pragma warning restore CA5350
    }

    // (salt × 2¹⁶) XOR (SSRC × 2⁶⁴) XOR (index × 2¹⁶); the salt is aligned so already.
    private UInt128 Iv(in SrtpNonce nonce) => _salt ^ ((UInt128)nonce.Ssrc << 64) ^ ((UInt128)(ulong)nonce.Index << 16);
}
