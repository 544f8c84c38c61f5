using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;

namespace VoiceGlm.Rtc;

/// <summary>The key that a side protects what it sends by, told in the session description (RFC 4568). Whoever reads the description reads the sound, so it travels over TLS. Never logged.</summary>
public sealed class SdesKey
{
    private const string Inline = "inline:";

    private readonly byte[] _keyAndSalt;

    private SdesKey(int tag, SrtpProfile profile, byte[] keyAndSalt)
    {
        Tag = tag;
        Profile = profile;
        _keyAndSalt = keyAndSalt;
    }

    /// <summary>Which of the offered keys an answer belongs to.</summary>
    public int Tag { get; }

    /// <summary>How media is protected.</summary>
    public SrtpProfile Profile { get; }

    /// <summary>Makes a random key.</summary>
    public static SdesKey Create(int tag, SrtpProfile profile) => new(tag, profile, RandomNumberGenerator.GetBytes(SrtpProfiles.KeyLength + profile.SaltLength()));

    /// <summary>Reads the value of <c>a=crypto</c>.</summary>
    /// <returns>False where it is of a suite that is not known here, or asks for what is not done here: several keys, an MKI, or weaker protection.</returns>
    public static bool TryParse(string value, [NotNullWhen(true)] out SdesKey? key)
    {
        key = null;
        string[] words = value.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < 3 || !int.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out int tag)) return false;
        SrtpProfile profile;
        if (words[1] == "AES_CM_128_HMAC_SHA1_80") profile = SrtpProfile.Aes128CmHmacSha1;
        else if (words[1] == "AEAD_AES_128_GCM") profile = SrtpProfile.AeadAes128Gcm;
        else return false;
        // The window for packets sent again (WSH) is ours to choose; every other parameter changes what is sent.
        if (words.Skip(3).Any(static word => !word.StartsWith("WSH=", StringComparison.Ordinal)) || !words[2].StartsWith(Inline, StringComparison.Ordinal) || words[2].Contains(';', StringComparison.Ordinal)) return false;
        string[] parts = words[2][Inline.Length..].Split('|');
        if (parts.Skip(1).Any(static part => part.Contains(':', StringComparison.Ordinal))) return false;
        byte[] bytes = new byte[SrtpProfiles.KeyLength + profile.SaltLength() + 1];
        if (!Convert.TryFromBase64String(parts[0].PadRight((parts[0].Length + 3) & ~3, '='), bytes, out int length) || length != bytes.Length - 1) return false;
        key = new SdesKey(tag, profile, bytes[..length]);
        return true;
    }

    /// <summary>The value of <c>a=crypto</c>.</summary>
    public string Describe() =>
        $"{Tag} {(Profile == SrtpProfile.AeadAes128Gcm ? "AEAD_AES_128_GCM" : "AES_CM_128_HMAC_SHA1_80")} {Inline}{Convert.ToBase64String(_keyAndSalt)}";

    internal bool IsSameAs(SdesKey? other) => other is not null && Profile == other.Profile && _keyAndSalt.AsSpan().SequenceEqual(other._keyAndSalt);

    internal SrtpContext CreateContext() => new(Profile, _keyAndSalt.AsSpan(0, SrtpProfiles.KeyLength), _keyAndSalt.AsSpan(SrtpProfiles.KeyLength));
}
