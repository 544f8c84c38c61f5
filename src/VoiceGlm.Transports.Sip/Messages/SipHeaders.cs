using System.Collections;

namespace VoiceGlm.Transports.Sip;

/// <summary>The headers of a message, in their order; names are compared without case, and compact ones are spelled out. Not thread-safe.</summary>
internal sealed class SipHeaders : IEnumerable<KeyValuePair<string, string>>
{
    private static readonly Dictionary<char, string> s_compact = new()
    {
        ['a'] = "Accept-Contact",
        ['b'] = "Referred-By",
        ['c'] = "Content-Type",
        ['d'] = "Request-Disposition",
        ['e'] = "Content-Encoding",
        ['f'] = "From",
        ['i'] = "Call-ID",
        ['j'] = "Reject-Contact",
        ['k'] = "Supported",
        ['l'] = "Content-Length",
        ['m'] = "Contact",
        ['o'] = "Event",
        ['r'] = "Refer-To",
        ['s'] = "Subject",
        ['t'] = "To",
        ['u'] = "Allow-Events",
        ['v'] = "Via",
        ['x'] = "Session-Expires",
        ['y'] = "Identity",
    };

    private readonly List<KeyValuePair<string, string>> _items = [];

    /// <summary>How many lines there are.</summary>
    public int Count => _items.Count;

    /// <summary>The value of the first header of a name, or <see langword="null"/>. Setting replaces all of them; null removes them.</summary>
    /// <exception cref="ArgumentException">The value has a line's end.</exception>
    public string? this[string name]
    {
        get
        {
            int at = Find(name);
            return at < 0 ? null : _items[at].Value;
        }

        set
        {
            int at = Find(name);
            _items.RemoveAll(item => item.Key.Equals(name, StringComparison.OrdinalIgnoreCase));
            if (value is not null) _items.Insert(at < 0 ? _items.Count : at, Line(name, value));
        }
    }

    /// <summary>The values of all headers of a name, a line each.</summary>
    public IEnumerable<string> All(string name) => _items.Where(item => item.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(static item => item.Value);

    /// <summary>The elements of a header that is a list, over all its lines; a line that cannot be split is left out.</summary>
    public IEnumerable<string> List(string name) => All(name).SelectMany(static value => SipGrammar.SplitList(value) ?? []);

    /// <summary>Whether a list has an element, compared without case.</summary>
    public bool Lists(string name, string element) => List(name).Any(found => found.Equals(element, StringComparison.OrdinalIgnoreCase));

    /// <summary>The addresses of a list; what cannot be read is left out.</summary>
    public IEnumerable<SipAddress> Addresses(string name)
    {
        foreach (string element in List(name))
        {
            if (SipAddress.TryParse(element, out SipAddress? address)) yield return address;
        }
    }

    /// <summary>A number of seconds or the like; null where there is none that can be read. Parameters behind it are left out.</summary>
    public int? Number(string name) =>
        this[name] is { } value && SipGrammar.TryReadNumber(value.Split(';', 2)[0].Split('(', 2)[0].Trim(), int.MaxValue, out long number) ? (int)number : null;

    /// <summary>Adds a line.</summary>
    /// <exception cref="ArgumentException">The value has a line's end.</exception>
    public void Add(string name, string value) => _items.Add(Line(name, value));

    /// <summary>Puts a line before all others.</summary>
    /// <exception cref="ArgumentException">The value has a line's end.</exception>
    public void Prepend(string name, string value) => _items.Insert(0, Line(name, value));

    /// <summary>Copies all lines of a name from another message.</summary>
    public void CopyFrom(SipHeaders other, string name)
    {
        foreach (string value in other.All(name)) Add(name, value);
    }

    /// <summary>Spells a compact name out.</summary>
    public static string Expand(string name) => name.Length == 1 && s_compact.TryGetValue(char.ToLowerInvariant(name[0]), out string? full) ? full : name;

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => _items.GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private int Find(string name) => _items.FindIndex(item => item.Key.Equals(name, StringComparison.OrdinalIgnoreCase));

    // A line's end in a value would begin a header of whoever made the value.
    private static KeyValuePair<string, string> Line(string name, string value) => value.AsSpan().ContainsAny('\r', '\n')
        ? throw new ArgumentException($"Expected a value of one line for {name}.", nameof(value))
        : KeyValuePair.Create(name, value);
}
