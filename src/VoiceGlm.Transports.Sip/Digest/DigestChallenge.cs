using System.Diagnostics.CodeAnalysis;

namespace VoiceGlm.Transports.Sip;

/// <summary>What a server wants to be convinced by (RFC 7616, RFC 8760).</summary>
internal sealed record DigestChallenge
{
    /// <summary>Whose users are asked for.</summary>
    public required string Realm { get; init; }

    /// <summary>The server's number, to be used once or as long as it likes.</summary>
    public required string Nonce { get; init; }

    /// <summary>What is to be said back as it is, or null.</summary>
    public string? Opaque { get; init; }

    /// <summary>Whether only the nonce was too old.</summary>
    public bool IsStale { get; init; }

    /// <summary>The algorithm, in upper case: <c>MD5</c>, <c>SHA-256</c>, each also with <c>-SESS</c>.</summary>
    public required string Algorithm { get; init; }

    /// <summary>Which protection is chosen of those offered: <c>auth</c>, <c>auth-int</c>, or null where none is.</summary>
    public string? Quality { get; init; }

    /// <summary>Reads the value of WWW-Authenticate or Proxy-Authenticate.</summary>
    /// <returns>False where it is of another scheme, or of an algorithm or protection that is not known here.</returns>
    public static bool TryParse(string value, [NotNullWhen(true)] out DigestChallenge? challenge)
    {
        challenge = null;
        if (!value.StartsWith("Digest ", StringComparison.OrdinalIgnoreCase) || SipGrammar.SplitList(value[7..]) is not { } fields) return false;
        var found = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (string field in fields)
        {
            int equals = field.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0) found[field[..equals].Trim()] = SipGrammar.Unquote(field[(equals + 1)..].Trim());
        }

        string algorithm = found.GetValueOrDefault("algorithm", "MD5").ToUpperInvariant();
        if (algorithm is not ("MD5" or "MD5-SESS" or "SHA-256" or "SHA-256-SESS") || !found.TryGetValue("realm", out string? realm) || !found.TryGetValue("nonce", out string? nonce)) return false;
        string[] qualities = found.GetValueOrDefault("qop", "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        string? quality = qualities.FirstOrDefault(static quality => quality.Equals("auth", StringComparison.OrdinalIgnoreCase)) ?? qualities.FirstOrDefault(static quality => quality.Equals("auth-int", StringComparison.OrdinalIgnoreCase));
        if (qualities.Length > 0 && quality is null) return false;
        challenge = new DigestChallenge
        {
            Realm = realm,
            Nonce = nonce,
            Opaque = found.GetValueOrDefault("opaque"),
            IsStale = found.GetValueOrDefault("stale", "").Equals("true", StringComparison.OrdinalIgnoreCase),
            Algorithm = algorithm,
            Quality = quality?.ToLowerInvariant(),
        };
        return true;
    }
}
