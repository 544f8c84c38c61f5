using System.Diagnostics.CodeAnalysis;

namespace VoiceGlm.Transports.Sip;

/// <summary>Who, in a header such as From, To, Contact, Route, Refer-To: a URI with a name and parameters (RFC 3261 §20.10). Immutable.</summary>
/// <param name="Uri">Where.</param>
/// <param name="DisplayName">The name for people, without quotes; null where there is none.</param>
/// <param name="Parameters">The header's parameters, which are not the URI's.</param>
internal sealed record SipAddress(SipUri Uri, string? DisplayName, SipParameters Parameters)
{
    /// <summary>An address of a URI alone.</summary>
    public SipAddress(SipUri uri)
        : this(uri, null, SipParameters.None)
    {
    }

    /// <summary>Its tag, which names one side of a dialog; null before there is one.</summary>
    public string? Tag => Parameters["tag"];

    /// <summary>With a tag.</summary>
    public SipAddress WithTag(string tag) => this with { Parameters = Parameters.With("tag", tag) };

    /// <summary>Reads an address.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static SipAddress Parse(string text) => TryParse(text, out SipAddress? address) ? address : throw new FormatException($"Expected an address such as <sip:user@example.com>, found '{text}'.");

    /// <summary>Reads an address.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out SipAddress? address)
    {
        address = null;
        text = text.Trim();
        if (!TryReadName(ref text, out string? name)) return false;
        ReadOnlySpan<char> uri, rest;
        if (!text.IsEmpty && text[0] == '<')
        {
            int close = text.IndexOf('>');
            if (close < 0) return false;
            uri = text[1..close];
            rest = text[(close + 1)..];
        }
        else
        {
            // Without brackets a semicolon begins the header's parameters, and neither commas nor question marks may be (§20.10).
            int end = text.IndexOf(';');
            uri = end < 0 ? text : text[..end].TrimEnd();
            rest = end < 0 ? default : text[end..];
            if (name is not null || uri.ContainsAny(",?")) return false;
        }

        if (!SipUri.TryParse(uri, out SipUri? parsed) || !SipParameters.TryParse(rest, out SipParameters parameters)) return false;
        address = new SipAddress(parsed, name, parameters);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{(DisplayName is null ? "" : SipGrammar.Quote(DisplayName) + " ")}<{Uri}>{Parameters}";

    // Takes the name in front of a bracket: a quoted string, or tokens.
    private static bool TryReadName(ref ReadOnlySpan<char> text, out string? name)
    {
        name = null;
        if (!text.IsEmpty && text[0] == '"')
        {
            int length = SipGrammar.QuotedLength(text);
            if (length < 0) return false;
            name = SipGrammar.Unquote(text[..length].ToString());
            text = text[length..].TrimStart();
            return !text.IsEmpty && text[0] == '<';
        }

        int open = text.IndexOf('<');
        if (open <= 0) return true;
        // A bracket in a parameter of an address without brackets is not one of a name.
        ReadOnlySpan<char> words = text[..open].TrimEnd();
        foreach (Range word in words.SplitAny(' ', '\t'))
        {
            if (!words[word].IsEmpty && !SipGrammar.IsToken(words[word])) return false;
        }

        name = words.ToString();
        text = text[open..];
        return true;
    }
}
