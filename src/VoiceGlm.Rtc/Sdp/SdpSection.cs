using System.Text;

namespace VoiceGlm.Rtc;

/// <summary>What a session and each of its sections have alike: an address and attributes.</summary>
public abstract class SdpSection
{
    /// <summary>The value of <c>c=</c>, such as <c>IN IP4 0.0.0.0</c>, or null; a session's is for all its sections.</summary>
    public string? Connection { get; set; }

    /// <summary>The attributes, in their order.</summary>
    public IList<SdpField> Attributes { get; } = [];

    /// <summary>The value of the first attribute of a name; null where there is none or it has no value.</summary>
    public string? this[string name] => Attributes.FirstOrDefault(attribute => attribute.Name == name).Value;

    /// <summary>Whether there is an attribute of a name.</summary>
    public bool Has(string name) => Attributes.Any(attribute => attribute.Name == name);

    /// <summary>The values of all attributes of a name.</summary>
    public IEnumerable<string> All(string name) =>
        Attributes.Where(attribute => attribute.Name == name && attribute.Value is not null).Select(static attribute => attribute.Value!);

    /// <summary>Adds an attribute.</summary>
    public void Add(string name, string? value = null) => Attributes.Add(new SdpField(name, value));

    private protected void AppendConnection(StringBuilder text)
    {
        if (Connection is not null) text.Append($"c={Connection}\r\n");
    }

    private protected void AppendAttributes(StringBuilder text)
    {
        foreach (SdpField attribute in Attributes)
            text.Append(attribute.ToString()).Append("\r\n");
    }
}
