using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace VoiceGlm.Rtc;

/// <summary>The digest of a certificate, as <c>a=fingerprint</c> says it (RFC 8122): who may be at the other end.</summary>
public sealed class CertificateFingerprint
{
    private readonly byte[] _digest;

    private CertificateFingerprint(string algorithm, byte[] digest)
    {
        Algorithm = algorithm;
        _digest = digest;
    }

    /// <summary>The hash function: <c>sha-256</c>, <c>sha-384</c> or <c>sha-512</c>. Older ones are not trusted.</summary>
    public string Algorithm { get; }

    /// <summary>Reads <c>sha-256 4A:AD:…</c>.</summary>
    /// <returns>False where the function is not trusted or the digest has another length than its.</returns>
    public static bool TryParse(string value, [NotNullWhen(true)] out CertificateFingerprint? fingerprint)
    {
        fingerprint = null;
        int space = value.IndexOf(' ');
        if (space < 0) return false;
        string algorithm = value[..space].ToLowerInvariant();
        ReadOnlySpan<char> hex = value.AsSpan(space + 1).Trim();
        int length = LengthOf(algorithm);
        if (length == 0 || hex.Length != (length * 3) - 1) return false;
        var digest = new byte[length];
        for (int i = 0; i < length; i++)
        {
            if (i > 0 && hex[(i * 3) - 1] != ':') return false;
            if (!byte.TryParse(hex.Slice(i * 3, 2), System.Globalization.NumberStyles.AllowHexSpecifier, null, out digest[i])) return false;
        }

        fingerprint = new CertificateFingerprint(algorithm, digest);
        return true;
    }

    /// <summary>The SHA-256 digest of a certificate.</summary>
    /// <param name="certificate">The certificate, DER.</param>
    public static CertificateFingerprint Of(ReadOnlySpan<byte> certificate) => new("sha-256", SHA256.HashData(certificate));

    /// <summary>Whether a certificate has this digest; takes the same time either way.</summary>
    /// <param name="certificate">The certificate, DER.</param>
    public bool Matches(ReadOnlySpan<byte> certificate)
    {
        Span<byte> digest = stackalloc byte[SHA512.HashSizeInBytes];
        int length = Algorithm switch
        {
            "sha-256" => SHA256.HashData(certificate, digest),
            "sha-384" => SHA384.HashData(certificate, digest),
            _ => SHA512.HashData(certificate, digest),
        };
        return CryptographicOperations.FixedTimeEquals(digest[..length], _digest);
    }

    /// <summary>Whether both are the same digest by the same function.</summary>
    public bool IsSameAs(CertificateFingerprint other) => Algorithm == other.Algorithm && _digest.AsSpan().SequenceEqual(other._digest);

    /// <inheritdoc/>
    public override string ToString() => $"{Algorithm} {string.Join(':', _digest.Select(static value => value.ToString("X2", null)))}";

    private static int LengthOf(string algorithm) => algorithm switch
    {
        "sha-256" => SHA256.HashSizeInBytes,
        "sha-384" => SHA384.HashSizeInBytes,
        "sha-512" => SHA512.HashSizeInBytes,
        _ => 0,
    };
}
