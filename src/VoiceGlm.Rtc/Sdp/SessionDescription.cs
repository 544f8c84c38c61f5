using System.Text;

namespace VoiceGlm.Rtc;

/// <summary>A session description (RFC 8866): what one side offers or accepts, as text on the wire.</summary>
/// <remarks>
/// Lines that sound over RTP does not need (bandwidth, keys, repeat times, addresses of people) are skipped when read. Not thread-safe.
/// </remarks>
public sealed class SessionDescription : SdpSection
{
    /// <summary>Characters of the longest description that is read: far above what browsers write for dozens of sections.</summary>
    public const int MaximumLength = 128 * 1024;

    /// <summary>The session's number in <c>o=</c>; whose it is and where it was made is not kept.</summary>
    public string SessionId { get; init; } = "0";

    /// <summary>Goes up by one with every description of the same session.</summary>
    public ulong SessionVersion { get; init; }

    /// <summary>Where the session was made, as <c>o=</c> ends; what WebRTC says, whose addresses ICE finds, where nothing else is set.</summary>
    public string Origin { get; init; } = "IN IP4 127.0.0.1";

    /// <summary>The value of <c>s=</c>; a dash where there is no name.</summary>
    public string Name { get; init; } = "-";

    /// <summary>The sections, in their order.</summary>
    public IList<MediaDescription> Media { get; } = [];

    /// <summary>Reads a description.</summary>
    /// <exception cref="SdpException">The text is not a session description; the message names the line.</exception>
    public static SessionDescription Parse(string text) => SdpReader.Read(text);

    /// <summary>Writes the description, every line ended by CR LF.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append("v=0\r\n");
        text.Append($"o=- {SessionId} {SessionVersion} {Origin}\r\n");
        text.Append($"s={Name}\r\n");
        AppendConnection(text);
        text.Append("t=0 0\r\n");
        AppendAttributes(text);
        foreach (MediaDescription media in Media)
            media.AppendTo(text);
        return text.ToString();
    }
}
