using System.Diagnostics.CodeAnalysis;

namespace VoiceGlm.Transports.Sip;

/// <summary>One hop of a message's way (RFC 3261 §20.42): answers go back by it. Immutable.</summary>
/// <param name="Transport">In upper case: <c>UDP</c>, <c>TCP</c>, <c>TLS</c>, or one that is unknown here.</param>
/// <param name="Host">What the hop says that it is.</param>
/// <param name="Port">Its port, or null where none is named.</param>
/// <param name="Parameters">Branch, received, rport.</param>
internal sealed record SipVia(string Transport, string Host, int? Port, SipParameters Parameters)
{
    /// <summary>What the branch of every transaction begins with that is named as RFC 3261 wants it.</summary>
    public const string MagicCookie = "z9hG4bK";

    /// <summary>Names the transaction; null from elements older than RFC 3261.</summary>
    public string? Branch => Parameters["branch"] is { } branch && branch.StartsWith(MagicCookie, StringComparison.OrdinalIgnoreCase) && branch.Length > MagicCookie.Length ? branch : null;

    /// <summary>Reads one value.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out SipVia? via)
    {
        via = null;
        if (!TryTakeWord(ref text, out ReadOnlySpan<char> name) || !name.Equals("SIP", StringComparison.OrdinalIgnoreCase)) return false;
        if (!TryTakeWord(ref text, out ReadOnlySpan<char> version) || version is not "2.0") return false;
        text = text.TrimStart();
        int space = text.IndexOfAny(' ', '\t');
        if (space < 0 || !SipGrammar.IsToken(text[..space])) return false;
        string transport = text[..space].ToString().ToUpperInvariant();
        text = text[space..].Trim();
        int semicolon = text.IndexOf(';');
        SipParameters parameters = SipParameters.None;
        if (semicolon >= 0 && !SipParameters.TryParse(text[semicolon..], out parameters)) return false;
        if (!SipGrammar.TryReadHostPort((semicolon < 0 ? text : text[..semicolon]).Trim(), out string host, out int? port)) return false;
        via = new SipVia(transport, host, port, parameters);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => $"SIP/2.0/{Transport} {Host}{(Port is null ? "" : $":{Port}")}{Parameters}";

    private static bool TryTakeWord(ref ReadOnlySpan<char> text, out ReadOnlySpan<char> word)
    {
        int slash = text.IndexOf('/');
        word = slash < 0 ? default : text[..slash].Trim();
        text = text[(slash + 1)..];
        return slash >= 0;
    }
}
