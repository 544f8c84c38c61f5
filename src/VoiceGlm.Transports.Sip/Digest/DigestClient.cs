using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace VoiceGlm.Transports.Sip;

/// <summary>Convinces servers of one account's name and password (RFC 3261 §22, RFC 7616, RFC 8760). Not thread-safe: used under the gate.</summary>
/// <param name="userName">The name.</param>
/// <param name="password">The password. Never logged.</param>
internal sealed class DigestClient(string userName, string password)
{
    private readonly Dictionary<string, int> _counts = [];

    /// <summary>Makes a request again with what convinces.</summary>
    /// <param name="request">The request that was refused.</param>
    /// <param name="response">401 or 407, with challenges.</param>
    /// <param name="authorized">The request with credentials and the next number in CSeq, without a Via.</param>
    /// <returns>False where no challenge can be met, or the same credentials were refused before.</returns>
    public bool TryAuthorize(SipRequest request, SipResponse response, [NotNullWhen(true)] out SipRequest? authorized)
    {
        authorized = null;
        if (userName.Length == 0) return false;
        bool isProxy = response.Status == 407;
        string name = isProxy ? "Proxy-Authorization" : "Authorization";
        var challenges = new List<DigestChallenge>();
        foreach (string value in response.Headers.All(isProxy ? "Proxy-Authenticate" : "WWW-Authenticate"))
        {
            if (DigestChallenge.TryParse(value, out DigestChallenge? challenge)) challenges.Add(challenge);
        }

        // The strongest of each realm (RFC 8760 §2.4).
        DigestChallenge[] chosen = [.. challenges.GroupBy(static challenge => challenge.Realm).Select(static realm => realm.MaxBy(static challenge => challenge.Algorithm.StartsWith("SHA", StringComparison.Ordinal))!)];
        if (chosen.Length == 0 || chosen.Any(challenge => !challenge.IsStale && request.Headers.All(name).Any(value => value.Contains($"realm={SipGrammar.Quote(challenge.Realm)}", StringComparison.Ordinal)))) return false;
        authorized = new SipRequest(request.Method, request.Uri);
        foreach ((string header, string value) in request.Headers)
        {
            if (header is not "Via" && header != name) authorized.Headers.Add(header, header == "CSeq" ? new SipCSeq(request.CSeq.Number + 1, request.Method).ToString() : value);
        }

        authorized.SetBody(request.Body);
        foreach (DigestChallenge challenge in chosen) authorized.Headers.Add(name, Credentials(challenge, request.Method, request.Uri.ToString(), request.Body.Span));
        return true;
    }

    /// <summary>What answers a challenge.</summary>
    /// <param name="challenge">The challenge.</param>
    /// <param name="method">The request's method.</param>
    /// <param name="uri">The request's URI.</param>
    /// <param name="body">The request's body.</param>
    /// <param name="clientNonce">This side's number; null makes one up.</param>
    internal string Credentials(DigestChallenge challenge, string method, string uri, ReadOnlySpan<byte> body, string? clientNonce = null)
    {
        clientNonce ??= Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
        if (_counts.Count > 64) _counts.Clear();
        int count = _counts[challenge.Nonce] = _counts.GetValueOrDefault(challenge.Nonce) + 1;
        string number = count.ToString("x8", CultureInfo.InvariantCulture);
        Func<ReadOnlySpan<byte>, string> hash = challenge.Algorithm.StartsWith("MD5", StringComparison.Ordinal) ? Md5 : Sha256;
        string secret = Hash(hash, $"{userName}:{challenge.Realm}:{password}");
        if (challenge.Algorithm.EndsWith("-SESS", StringComparison.Ordinal)) secret = Hash(hash, $"{secret}:{challenge.Nonce}:{clientNonce}");
        string what = Hash(hash, challenge.Quality == "auth-int" ? $"{method}:{uri}:{hash(body)}" : $"{method}:{uri}");
        string answer = Hash(hash, challenge.Quality is null ? $"{secret}:{challenge.Nonce}:{what}" : $"{secret}:{challenge.Nonce}:{number}:{clientNonce}:{challenge.Quality}:{what}");
        var text = new StringBuilder($"Digest username={SipGrammar.Quote(userName)}, realm={SipGrammar.Quote(challenge.Realm)}, nonce={SipGrammar.Quote(challenge.Nonce)}, uri={SipGrammar.Quote(uri)}, response=\"{answer}\", algorithm={challenge.Algorithm}");
        if (challenge.Quality is not null) text.Append(CultureInfo.InvariantCulture, $", qop={challenge.Quality}, nc={number}");
        if (challenge.Quality is not null || challenge.Algorithm.EndsWith("-SESS", StringComparison.Ordinal)) text.Append(CultureInfo.InvariantCulture, $", cnonce=\"{clientNonce}\"");
        if (challenge.Opaque is not null) text.Append(CultureInfo.InvariantCulture, $", opaque={SipGrammar.Quote(challenge.Opaque)}");
        return text.ToString();
    }

    private static string Hash(Func<ReadOnlySpan<byte>, string> hash, string text) => hash(Encoding.UTF8.GetBytes(text));

    private static string Sha256(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    [SuppressMessage("Security", "CA5351:Do Not Use Broken Cryptographic Algorithms", Justification = "Most PBXs offer nothing else; SHA-256 is taken where it is offered.")]
    private static string Md5(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(MD5.HashData(bytes));
}
