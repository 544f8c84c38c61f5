using System.Buffers.Binary;
using System.Security.Cryptography;

namespace VoiceGlm.Rtc;

/// <summary>AEAD_AES_128_GCM (RFC 7714). An RTCP packet's index word stands behind the tag and is authenticated.</summary>
internal sealed class GaloisTransform : ISrtpTransform
{
    private const int Tag = 16;
    private const int NonceLength = 12;
    private const int Word = 4;

    private readonly AesGcm _cipher;
    private readonly byte[] _salt;

    public GaloisTransform(SrtpKeys keys)
    {
        _cipher = new AesGcm(keys.Cipher, Tag);
        _salt = keys.Salt.ToArray();
    }

    public int TagLength => Tag;

    public void Protect(Span<byte> packet, in SrtpNonce nonce, int headerLength, int length)
    {
        Span<byte> iv = stackalloc byte[NonceLength];
        Write(nonce, iv);
        Span<byte> body = packet[headerLength..length];
        if (nonce.Trailer is not { } trailer)
        {
            _cipher.Encrypt(iv, body, body, packet.Slice(length, Tag), packet[..headerLength]);
            return;
        }

        Span<byte> associated = stackalloc byte[headerLength + Word];
        Associate(packet[..headerLength], trailer, associated);
        _cipher.Encrypt(iv, body, body, packet.Slice(length, Tag), associated);
        BinaryPrimitives.WriteUInt32BigEndian(packet[(length + Tag)..], trailer);
    }

    public bool Unprotect(Span<byte> packet, in SrtpNonce nonce, int headerLength, int length)
    {
        Span<byte> iv = stackalloc byte[NonceLength];
        Write(nonce, iv);
        // Only RTCP has a trailer, and its readable header is eight bytes.
        Span<byte> associated = stackalloc byte[nonce.Trailer is null ? 0 : headerLength + Word];
        if (nonce.Trailer is { } trailer) Associate(packet[..headerLength], trailer, associated);
        // The platform writes what it decrypted before it knows the tag, and throws where that is wrong: the packet is then dropped whole.
        Span<byte> body = packet[headerLength..length];
        try
        {
            _cipher.Decrypt(iv, body, packet.Slice(length, Tag), body, nonce.Trailer is null ? packet[..headerLength] : associated);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        _cipher.Dispose();
        CryptographicOperations.ZeroMemory(_salt);
    }

    private static void Associate(ReadOnlySpan<byte> header, uint trailer, Span<byte> associated)
    {
        header.CopyTo(associated);
        BinaryPrimitives.WriteUInt32BigEndian(associated[header.Length..], trailer);
    }

    // RTP: 0, SSRC, rollover counter, sequence number; RTCP: 0, SSRC, 0, index (§8.1, §9.1). Both are the same bytes, as an RTCP index has 31 bits.
    private void Write(in SrtpNonce nonce, Span<byte> iv)
    {
        iv.Clear();
        BinaryPrimitives.WriteUInt32BigEndian(iv[2..], nonce.Ssrc);
        BinaryPrimitives.WriteUInt16BigEndian(iv[6..], (ushort)(nonce.Index >> 32));
        BinaryPrimitives.WriteUInt32BigEndian(iv[8..], (uint)nonce.Index);
        for (int i = 0; i < iv.Length; i++)
            iv[i] ^= _salt[i];
    }
}
