using System.Buffers;

namespace VoiceGlm.Transports.Sip;

/// <summary>The smallest rules of the grammar (RFC 3261 §25.1), on text that is one line: folding is undone before.</summary>
internal static class SipGrammar
{
    /// <summary>What a URI may hold besides letters and digits, escaped characters aside (<c>unreserved</c>).</summary>
    public const string Marks = "-_.!~*'()";

    private const string Alphanumeric = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

    private static readonly SearchValues<char> s_token = SearchValues.Create(Alphanumeric + "-.!%*_+`'~");
    private static readonly SearchValues<char> s_listEnds = SearchValues.Create(",\"<");
    private static readonly SearchValues<char> s_space = SearchValues.Create(" \t");

    /// <summary>Whether a text is a <c>token</c>.</summary>
    public static bool IsToken(ReadOnlySpan<char> text) => !text.IsEmpty && !text.ContainsAnyExcept(s_token);

    /// <summary>Whether a text has spaces or tabs.</summary>
    public static bool HasSpace(ReadOnlySpan<char> text) => text.ContainsAny(s_space);

    /// <summary>The characters that a part of a URI may hold.</summary>
    public static SearchValues<char> UriCharacters(string beside) => SearchValues.Create(Alphanumeric + Marks + "%" + beside);

    /// <summary>Whether a part of a URI holds only such characters, and its percent signs begin two hexadecimal digits.</summary>
    public static bool IsEscaped(ReadOnlySpan<char> text, SearchValues<char> allowed)
    {
        if (text.ContainsAnyExcept(allowed)) return false;
        while (text.IndexOf('%') is >= 0 and int at)
        {
            if (at + 2 >= text.Length || !char.IsAsciiHexDigit(text[at + 1]) || !char.IsAsciiHexDigit(text[at + 2])) return false;
            text = text[(at + 3)..];
        }

        return true;
    }

    /// <summary>The length of the quoted string at the beginning of a text, its quotes included; −1 where its end is missing.</summary>
    public static int QuotedLength(ReadOnlySpan<char> text)
    {
        for (int i = 1; i < text.Length; i++)
        {
            if (text[i] == '"') return i + 1;
            if (text[i] == '\\') i++;
        }

        return -1;
    }

    /// <summary>Takes the quotes and the backslashes of a quoted string; another text stays as it is.</summary>
    public static string Unquote(string text)
    {
        if (text.Length < 2 || text[0] != '"' || text[^1] != '"') return text;
        if (!text.Contains('\\', StringComparison.Ordinal)) return text[1..^1];
        var plain = new System.Text.StringBuilder(text.Length);
        for (int i = 1; i < text.Length - 1; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length - 1) i++;
            plain.Append(text[i]);
        }

        return plain.ToString();
    }

    /// <summary>Makes a quoted string.</summary>
    public static string Quote(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    /// <summary>Splits a list at the commas that stand in no quotes and no angle brackets; empty elements are left out.</summary>
    /// <returns>The elements; <see langword="null"/> where a quote or bracket has no end.</returns>
    public static List<string>? SplitList(string value)
    {
        var elements = new List<string>();
        ReadOnlySpan<char> text = value;
        int start = 0, at = 0;
        while (at < text.Length)
        {
            int found = text[at..].IndexOfAny(s_listEnds);
            if (found < 0) break;
            at += found;
            switch (text[at])
            {
                case ',':
                    Add(elements, text[start..at]);
                    start = ++at;
                    break;
                case '"':
                    int length = QuotedLength(text[at..]);
                    if (length < 0) return null;
                    at += length;
                    break;
                default:
                    int close = text[at..].IndexOf('>');
                    if (close < 0) return null;
                    at += close + 1;
                    break;
            }
        }

        Add(elements, text[start..]);
        return elements;

        static void Add(List<string> elements, ReadOnlySpan<char> element)
        {
            if (!element.Trim().IsEmpty) elements.Add(element.Trim().ToString());
        }
    }

    /// <summary>Reads a host: a name, an IPv4 address, or an IPv6 address in brackets.</summary>
    public static bool IsHost(ReadOnlySpan<char> host)
    {
        if (host.Length is 0 or > 255) return false;
        if (host[0] == '[') return host[^1] == ']' && System.Net.IPAddress.TryParse(host[1..^1], out System.Net.IPAddress? address) && address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;
        if (!char.IsAsciiLetterOrDigit(host[0])) return false;
        foreach (char c in host)
        {
            // Underscores are in no host name of the standard, and in many of the field.
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '.' or '_')) return false;
        }

        return true;
    }

    /// <summary>Splits a host and its port.</summary>
    /// <param name="text">Such as <c>[2001:db8::1]:5060</c>; spaces may stand around the colon.</param>
    /// <param name="host">The host, brackets included.</param>
    /// <param name="port">The port, or null where there is none.</param>
    public static bool TryReadHostPort(ReadOnlySpan<char> text, out string host, out int? port)
    {
        host = "";
        port = null;
        int end = text.IsEmpty || text[0] != '[' ? text.IndexOf(':') : text.IndexOf(']') + 1 is > 0 and int close ? text[close..].IndexOf(':') is >= 0 and int colon ? close + colon : -1 : -1;
        ReadOnlySpan<char> name = (end < 0 ? text : text[..end]).TrimEnd();
        if (!IsHost(name)) return false;
        host = name.ToString();
        if (end < 0) return true;
        if (!TryReadNumber(text[(end + 1)..].TrimStart(), ushort.MaxValue, out long number) || number == 0) return false;
        port = (int)number;
        return true;
    }

    /// <summary>Reads a number of digits only.</summary>
    public static bool TryReadNumber(ReadOnlySpan<char> text, long most, out long number)
    {
        number = 0;
        return !text.IsEmpty && !text.ContainsAnyExceptInRange('0', '9') && long.TryParse(text, out number) && number <= most;
    }
}
