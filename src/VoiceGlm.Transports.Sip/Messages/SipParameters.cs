using System.Buffers;
using System.Collections;
using System.Text;

namespace VoiceGlm.Transports.Sip;

/// <summary>The parameters of a header or a URI, in their order; names are compared without case. Immutable.</summary>
internal sealed class SipParameters : IEnumerable<KeyValuePair<string, string?>>
{
    /// <summary>No parameters.</summary>
    public static readonly SipParameters None = new([]);

    private static readonly SearchValues<char> s_noValue = SearchValues.Create(" \t\",<>");

    private readonly KeyValuePair<string, string?>[] _items;

    private SipParameters(KeyValuePair<string, string?>[] items) => _items = items;

    /// <summary>The value of a parameter, without quotes; <see langword="null"/> where there is none, or it has no value.</summary>
    public string? this[string name] => Find(name) is >= 0 and int at && _items[at].Value is { } value ? SipGrammar.Unquote(value) : null;

    /// <summary>Whether there is a parameter.</summary>
    public bool Has(string name) => Find(name) >= 0;

    /// <summary>With a parameter, in place of one of its name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="value">A token, a host or a quoted string; null for none.</param>
    public SipParameters With(string name, string? value = null)
    {
        var item = KeyValuePair.Create(name, value);
        int at = Find(name);
        return new SipParameters(at < 0 ? [.. _items, item] : [.. _items[..at], item, .. _items[(at + 1)..]]);
    }

    /// <summary>Without a parameter.</summary>
    public SipParameters Without(string name) => Has(name) ? new SipParameters([.. _items.Where(item => !item.Key.Equals(name, StringComparison.OrdinalIgnoreCase))]) : this;

    /// <summary>Reads parameters of a header: what begins with a semicolon, or nothing.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out SipParameters parameters) => TryParse(text, static (name, value) => SipGrammar.IsToken(name) && IsValue(value), out parameters);

    /// <summary>Reads parameters whose names and values somebody checks.</summary>
    /// <param name="text">What begins with a semicolon, or nothing.</param>
    /// <param name="isAllowed">Whether a name and a value (empty where there is none) may be.</param>
    /// <param name="parameters">The parameters.</param>
    public static bool TryParse(ReadOnlySpan<char> text, ParameterCheck isAllowed, out SipParameters parameters)
    {
        parameters = None;
        var items = new List<KeyValuePair<string, string?>>();
        text = text.Trim();
        while (!text.IsEmpty)
        {
            if (text[0] != ';') return false;
            text = text[1..].TrimStart();
            int end = EndOf(text);
            if (end < 0) return false;
            ReadOnlySpan<char> item = text[..end].TrimEnd();
            text = text[end..];
            int equals = item.IndexOf('=');
            ReadOnlySpan<char> name = (equals < 0 ? item : item[..equals]).TrimEnd(), value = equals < 0 ? default : item[(equals + 1)..].TrimStart();
            if (name.IsEmpty || (equals >= 0 && value.IsEmpty) || !isAllowed(name, value)) return false;
            items.Add(KeyValuePair.Create(name.ToString(), equals < 0 ? null : value.ToString()));
        }

        if (items.Count > 0) parameters = new SipParameters([.. items]);
        return true;
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, string?>> GetEnumerator() => _items.AsEnumerable().GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override string ToString()
    {
        if (_items.Length == 0) return "";
        var text = new StringBuilder();
        foreach ((string name, string? value) in _items)
        {
            text.Append(';').Append(name);
            if (value is not null) text.Append('=').Append(value);
        }

        return text.ToString();
    }

    private int Find(string name) => Array.FindIndex(_items, item => item.Key.Equals(name, StringComparison.OrdinalIgnoreCase));

    // The next semicolon outside quotes, or the end; −1 where quotes do not end.
    private static int EndOf(ReadOnlySpan<char> text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == ';') return i;
            if (text[i] != '"') continue;
            int length = SipGrammar.QuotedLength(text[i..]);
            if (length < 0) return -1;
            i += length - 1;
        }

        return text.Length;
    }

    // A token, a host or a quoted string (RFC 3261 generic-param); and what is near enough that nothing else can be meant.
    private static bool IsValue(ReadOnlySpan<char> value)
    {
        if (value.IsEmpty) return true;
        if (value[0] == '"') return SipGrammar.QuotedLength(value) == value.Length;
        return !value.ContainsAny(s_noValue);
    }
}

/// <summary>Whether a parameter may be as it is.</summary>
/// <param name="name">Its name.</param>
/// <param name="value">Its value; empty where it has none.</param>
internal delegate bool ParameterCheck(ReadOnlySpan<char> name, ReadOnlySpan<char> value);
