namespace VoiceGlm.Rtc;

/// <summary>How media is encrypted and authenticated; the values are those of DTLS's use_srtp (RFC 5764 §4.1.2, RFC 7714 §14.2).</summary>
public enum SrtpProfile
{
    /// <summary>AES in counter mode, authenticated by 80 bits of HMAC-SHA1: what every implementation has.</summary>
    Aes128CmHmacSha1 = 0x0001,

    /// <summary>AES in Galois/counter mode with a tag of 128 bits.</summary>
    AeadAes128Gcm = 0x0007,
}

/// <summary>The sizes of a profile's keys, in bytes.</summary>
internal static class SrtpProfiles
{
    public const int KeyLength = 16;

    public static int SaltLength(this SrtpProfile profile) => profile == SrtpProfile.AeadAes128Gcm ? 12 : 14;
}
