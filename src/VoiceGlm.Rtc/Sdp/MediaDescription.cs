using System.Text;

namespace VoiceGlm.Rtc;

/// <summary>One <c>m=</c> section of a session description.</summary>
public sealed class MediaDescription
{
    /// <summary>What flows: <c>audio</c>, <c>video</c>, <c>application</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The port; 0 rejects the section, 9 stands for an address that ICE finds.</summary>
    public required ushort Port { get; init; }

    /// <summary>The transport, such as <c>UDP/TLS/RTP/SAVPF</c>.</summary>
    public required string Protocol { get; init; }

    /// <summary>The formats in order of preference; payload types where the transport is RTP.</summary>
    public required IReadOnlyList<string> Formats { get; init; }

    /// <summary>The value of <c>c=</c>, such as <c>IN IP4 0.0.0.0</c>, or null.</summary>
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

    internal void AppendTo(StringBuilder text)
    {
        text.Append($"m={Kind} {Port} {Protocol} {string.Join(' ', Formats)}\r\n");
        if (Connection is not null) text.Append($"c={Connection}\r\n");
        foreach (SdpField attribute in Attributes)
            text.Append(attribute.ToString()).Append("\r\n");
    }
}
