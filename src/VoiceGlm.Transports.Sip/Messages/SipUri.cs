using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace VoiceGlm.Transports.Sip;

/// <summary>A URI: of SIP with its parts (RFC 3261 §19.1), of another scheme as it is. Immutable.</summary>
internal sealed record SipUri
{
    private static readonly SearchValues<char> s_user = SipGrammar.UriCharacters("&=+$,;?/");
    private static readonly SearchValues<char> s_password = SipGrammar.UriCharacters("&=+$,");
    private static readonly SearchValues<char> s_parameter = SipGrammar.UriCharacters("[]/:&+$");
    private static readonly SearchValues<char> s_header = SipGrammar.UriCharacters("[]/?:+$=&@");

    /// <summary>The scheme, in lower case: <c>sip</c>, <c>sips</c>, <c>tel</c>.</summary>
    public required string Scheme { get; init; }

    /// <summary>What stands before the @, escaped as it came; null where there is nothing.</summary>
    public string? User { get; init; }

    /// <summary>What stands after the user's colon. Deprecated, and never logged.</summary>
    public string? Password { get; init; }

    /// <summary>A name or an address, an IPv6 one in brackets; empty for another scheme.</summary>
    public string Host { get; init; } = "";

    /// <summary>The port, or null where none is named.</summary>
    public int? Port { get; init; }

    /// <summary>What stands after the semicolons.</summary>
    public SipParameters Parameters { get; init; } = SipParameters.None;

    /// <summary>What stands after the question mark, escaped as it came; null where there is nothing.</summary>
    public string? Headers { get; init; }

    /// <summary>What stands after the colon of another scheme.</summary>
    public string Opaque { get; init; } = "";

    /// <summary>Whether its scheme is of SIP.</summary>
    public bool IsSip => Scheme is "sip" or "sips";

    /// <summary>Whether the way there has to be secure.</summary>
    public bool IsSecure => Scheme == "sips";

    /// <summary>The transport that it asks for, in lower case, or null.</summary>
    public string? Transport => Parameters["transport"]?.ToLowerInvariant();

    /// <summary>The host without brackets.</summary>
    public string HostName => Host.Trim('[', ']');

    /// <summary>Makes a URI of SIP.</summary>
    public static SipUri Of(string host, int? port = null, string? user = null) => new() { Scheme = "sip", User = user, Host = host, Port = port };

    /// <summary>Reads a URI.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static SipUri Parse(string text) => TryParse(text, out SipUri? uri) ? uri : throw new FormatException($"Expected a URI such as sip:user@example.com, found '{text}'.");

    /// <summary>Reads a URI.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out SipUri? uri)
    {
        uri = null;
        int colon = text.IndexOf(':');
        if (colon < 1 || !IsScheme(text[..colon])) return false;
        string scheme = text[..colon].ToString().ToLowerInvariant();
        ReadOnlySpan<char> rest = text[(colon + 1)..];
        if (scheme is not ("sip" or "sips"))
        {
            if (rest.IsEmpty || rest.ContainsAny(" \t\"<>")) return false;
            uri = new SipUri { Scheme = scheme, Opaque = rest.ToString() };
            return true;
        }

        string? user = null, password = null;
        int at = rest.IndexOf('@');
        if (at >= 0)
        {
            if (!TryReadUser(rest[..at], out user, out password)) return false;
            rest = rest[(at + 1)..];
        }

        string? headers = null;
        int question = rest.IndexOf('?');
        if (question >= 0)
        {
            ReadOnlySpan<char> found = rest[(question + 1)..];
            if (found.IsEmpty || !SipGrammar.IsEscaped(found, s_header)) return false;
            headers = found.ToString();
            rest = rest[..question];
        }

        int semicolon = rest.IndexOf(';');
        SipParameters parameters = SipParameters.None;
        if (semicolon >= 0)
        {
            if (SipGrammar.HasSpace(rest) || !SipParameters.TryParse(rest[semicolon..], static (name, value) => SipGrammar.IsEscaped(name, s_parameter) && SipGrammar.IsEscaped(value, s_parameter), out parameters)) return false;
            rest = rest[..semicolon];
        }

        if (SipGrammar.HasSpace(rest) || !SipGrammar.TryReadHostPort(rest, out string host, out int? port)) return false;
        uri = new SipUri { Scheme = scheme, User = user, Password = password, Host = host, Port = port, Parameters = parameters, Headers = headers };
        return true;
    }

    /// <summary>Whether both lead to the same place: scheme, user, host and port (RFC 3261 §19.1.4, without parameters).</summary>
    public bool IsSamePlaceAs(SipUri other) =>
        Scheme == other.Scheme && Port == other.Port && Opaque == other.Opaque && string.Equals(Host, other.Host, StringComparison.OrdinalIgnoreCase)
        && Uri.UnescapeDataString(User ?? "") == Uri.UnescapeDataString(other.User ?? "");

    /// <inheritdoc/>
    public override string ToString()
    {
        if (!IsSip) return $"{Scheme}:{Opaque}";
        string user = User is null ? "" : Password is null ? User + "@" : $"{User}:{Password}@";
        return $"{Scheme}:{user}{Host}{(Port is null ? "" : $":{Port}")}{Parameters}{(Headers is null ? "" : $"?{Headers}")}";
    }

    private static bool IsScheme(ReadOnlySpan<char> text)
    {
        if (!char.IsAsciiLetter(text[0])) return false;
        foreach (char c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('+' or '-' or '.')) return false;
        }

        return true;
    }

    private static bool TryReadUser(ReadOnlySpan<char> text, out string? user, out string? password)
    {
        user = password = null;
        int colon = text.IndexOf(':');
        ReadOnlySpan<char> name = colon < 0 ? text : text[..colon];
        if (name.IsEmpty || !SipGrammar.IsEscaped(name, s_user)) return false;
        user = name.ToString();
        if (colon < 0) return true;
        if (!SipGrammar.IsEscaped(text[(colon + 1)..], s_password)) return false;
        password = text[(colon + 1)..].ToString();
        return true;
    }
}
