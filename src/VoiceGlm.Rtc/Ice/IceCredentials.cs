using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace VoiceGlm.Rtc;

/// <summary>A username fragment and its password (RFC 8445 §5.3). This side's fragments are eight characters, which fit a number: a key that costs no memory.</summary>
internal sealed class IceCredentials
{
    /// <summary>Characters of this side's fragments: 48 random bits.</summary>
    public const int UfragLength = 8;

    // 24 characters of six bits: more than the 128 bits that are asked for.
    private const int PasswordLength = 24;

    // The ice-char of RFC 8839 §5.4.
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    private IceCredentials(string ufrag, string password)
    {
        Ufrag = ufrag;
        Password = password;
        PasswordBytes = Encoding.UTF8.GetBytes(password);
    }

    public string Ufrag { get; }

    /// <summary>Never logged.</summary>
    public string Password { get; }

    public byte[] PasswordBytes { get; }

    /// <summary>This side's fragment as a number.</summary>
    public ulong Key => KeyOf(Encoding.ASCII.GetBytes(Ufrag));

    public static IceCredentials Create() =>
        new(RandomNumberGenerator.GetString(Alphabet, UfragLength), RandomNumberGenerator.GetString(Alphabet, PasswordLength));

    /// <summary>The number of a fragment of this side's length.</summary>
    public static ulong KeyOf(ReadOnlySpan<byte> ufrag) => BinaryPrimitives.ReadUInt64LittleEndian(ufrag);
}
