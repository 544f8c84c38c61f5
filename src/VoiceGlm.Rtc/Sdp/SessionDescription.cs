using System.Text;

namespace VoiceGlm.Rtc;

/// <summary>A session description (RFC 8866): what one side offers or accepts, as text on the wire.</summary>
/// <remarks>
/// Lines that sound over RTP does not need (bandwidth, keys, repeat times, addresses of people) are skipped when read. Not thread-safe.
/// </remarks>
public sealed class SessionDescription
{
    /// <summary>Characters of the longest description that is read: far above what browsers write for dozens of sections.</summary>
    public const int MaximumLength = 128 * 1024;

    /// <summary>The session's number in <c>o=</c>; whose it is and where it was made is not kept.</summary>
    public string SessionId { get; init; } = "0";

    /// <summary>Goes up by one with every description of the same session.</summary>
    public ulong SessionVersion { get; init; }

    /// <summary>The value of <c>s=</c>; a dash where there is no name.</summary>
    public string Name { get; init; } = "-";

    /// <summary>The value of <c>c=</c> for all sections, or null.</summary>
    public string? Connection { get; set; }

    /// <summary>The attributes of the session, in their order.</summary>
    public IList<SdpField> Attributes { get; } = [];

    /// <summary>The sections, in their order.</summary>
    public IList<MediaDescription> Media { get; } = [];

    /// <summary>The value of the first session attribute of a name; null where there is none or it has no value.</summary>
    public string? this[string name] => Attributes.FirstOrDefault(attribute => attribute.Name == name).Value;

    /// <summary>Whether the session has an attribute of a name.</summary>
    public bool Has(string name) => Attributes.Any(attribute => attribute.Name == name);

    /// <summary>Adds an attribute to the session.</summary>
    public void Add(string name, string? value = null) => Attributes.Add(new SdpField(name, value));

    /// <summary>Reads a description.</summary>
    /// <exception cref="SdpException">The text is not a session description; the message names the line.</exception>
    public static SessionDescription Parse(string text) => SdpReader.Read(text);

    /// <summary>Writes the description, every line ended by CR LF.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append("v=0\r\n");
        text.Append($"o=- {SessionId} {SessionVersion} IN IP4 127.0.0.1\r\n");
        text.Append($"s={Name}\r\n");
        if (Connection is not null) text.Append($"c={Connection}\r\n");
        text.Append("t=0 0\r\n");
        foreach (SdpField attribute in Attributes)
            text.Append(attribute.ToString()).Append("\r\n");
        foreach (MediaDescription media in Media)
            media.AppendTo(text);
        return text.ToString();
    }
}
