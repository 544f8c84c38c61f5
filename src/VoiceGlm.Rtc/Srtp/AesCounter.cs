using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace VoiceGlm.Rtc;

/// <summary>AES-128 in counter mode (RFC 3711 §4.1.1). The block cipher is the platform's, called for many counters at once. Not thread-safe.</summary>
internal sealed class AesCounter : IDisposable
{
    public const int BlockLength = 16;

    // A packet of 20 ms of G.711 or G.722 has 10 blocks.
    private const int BlocksAtOnce = 16;

    private readonly Aes _aes;
    private readonly ICryptoTransform _encryptor;
    private readonly byte[] _counters = new byte[BlocksAtOnce * BlockLength];
    private readonly byte[] _keystream = new byte[BlocksAtOnce * BlockLength];

    public AesCounter(ReadOnlySpan<byte> key)
    {
        _aes = Aes.Create();
#pragma warning disable CA5358 // Counter mode is built of single blocks: no counter is ever used twice under a key.
        _aes.Mode = CipherMode.ECB;
#pragma warning restore CA5358
        _aes.Padding = PaddingMode.None;
        _aes.Key = key.ToArray();
        _encryptor = _aes.CreateEncryptor();
    }

    /// <summary>The counter block that a salt makes: its bytes first, zeros behind.</summary>
    public static UInt128 BlockOf(ReadOnlySpan<byte> salt)
    {
        Span<byte> block = stackalloc byte[BlockLength];
        block.Clear();
        salt.CopyTo(block);
        return BinaryPrimitives.ReadUInt128BigEndian(block);
    }

    /// <summary>Encrypts or decrypts in place.</summary>
    /// <param name="data">At most 2²⁰ bytes: the counter has 16 bits.</param>
    /// <param name="iv">The first counter block; its last two bytes are 0.</param>
    public void Apply(Span<byte> data, UInt128 iv)
    {
        for (int block = 0; data.Length > 0; block += BlocksAtOnce)
        {
            int blocks = Math.Min(BlocksAtOnce, (data.Length + BlockLength - 1) / BlockLength);
            for (int i = 0; i < blocks; i++)
                BinaryPrimitives.WriteUInt128BigEndian(_counters.AsSpan(i * BlockLength), iv + (uint)(block + i));
            _encryptor.TransformBlock(_counters, 0, blocks * BlockLength, _keystream, 0);
            int length = Math.Min(data.Length, blocks * BlockLength);
            Xor(data[..length], _keystream);
            data = data[length..];
        }
    }

    public void Dispose()
    {
        _encryptor.Dispose();
        _aes.Dispose();
        CryptographicOperations.ZeroMemory(_keystream);
    }

    private static void Xor(Span<byte> data, ReadOnlySpan<byte> keystream)
    {
        int at = 0;
        for (; at <= data.Length - Vector<byte>.Count; at += Vector<byte>.Count)
            (new Vector<byte>(data[at..]) ^ new Vector<byte>(keystream[at..])).CopyTo(data[at..]);
        for (; at < data.Length; at++)
            data[at] ^= keystream[at];
    }
}
