using System.Security.Cryptography;

namespace VoiceGlm.Rtc;

/// <summary>The session keys of one direction for RTP or for RTCP, derived from its master key (RFC 3711 §4.3, RFC 7714 §11). Never logged.</summary>
internal sealed class SrtpKeys
{
    public const int AuthenticationLength = 20;

    // The labels of RFC 3711 §4.3.2; those of RTCP are three higher.
    private const byte CipherLabel = 0;
    private const byte AuthenticationLabel = 1;
    private const byte SaltLabel = 2;
    private const byte RtcpLabels = 3;

    public required byte[] Cipher { get; init; }

    public required byte[] Authentication { get; init; }

    public required byte[] Salt { get; init; }

    /// <summary>Derives them; the key derivation rate is zero, as everywhere.</summary>
    /// <param name="profile">How media is protected.</param>
    /// <param name="master">The master key, 16 bytes.</param>
    /// <param name="salt">The master salt, 14 bytes or 12 for GCM.</param>
    /// <param name="rtcp">Whether the keys are RTCP's.</param>
    public static SrtpKeys Derive(SrtpProfile profile, ReadOnlySpan<byte> master, ReadOnlySpan<byte> salt, bool rtcp)
    {
        if (master.Length != SrtpProfiles.KeyLength || salt.Length != profile.SaltLength())
            throw new ArgumentException($"Expected a master key of {SrtpProfiles.KeyLength} bytes and a salt of {profile.SaltLength()}, found {master.Length} and {salt.Length}.");
        using var prf = new AesCounter(master);
        UInt128 iv = AesCounter.BlockOf(salt);
        byte first = rtcp ? RtcpLabels : (byte)0;
        return new SrtpKeys
        {
            Cipher = Stream(prf, iv, CipherLabel + first, SrtpProfiles.KeyLength),
            Authentication = Stream(prf, iv, AuthenticationLabel + first, AuthenticationLength),
            Salt = Stream(prf, iv, SaltLabel + first, profile.SaltLength()),
        };
    }

    public void Clear()
    {
        CryptographicOperations.ZeroMemory(Cipher);
        CryptographicOperations.ZeroMemory(Authentication);
        CryptographicOperations.ZeroMemory(Salt);
    }

    // The label stands in the eighth byte of the salt: 48 bits of index behind it are zero, and 16 bits of counter follow.
    private static byte[] Stream(AesCounter prf, UInt128 iv, int label, int length)
    {
        var stream = new byte[length];
        prf.Apply(stream, iv ^ ((UInt128)(uint)label << 64));
        return stream;
    }
}
