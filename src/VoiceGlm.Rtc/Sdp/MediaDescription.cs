using System.Text;

namespace VoiceGlm.Rtc;

/// <summary>One <c>m=</c> section of a session description.</summary>
public sealed class MediaDescription : SdpSection
{
    /// <summary>What flows: <c>audio</c>, <c>video</c>, <c>application</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The port; 0 rejects the section, 9 stands for an address that ICE finds.</summary>
    public required ushort Port { get; init; }

    /// <summary>The transport, such as <c>UDP/TLS/RTP/SAVPF</c>.</summary>
    public required string Protocol { get; init; }

    /// <summary>The formats in order of preference; payload types where the transport is RTP.</summary>
    public required IReadOnlyList<string> Formats { get; init; }

    internal void AppendTo(StringBuilder text)
    {
        text.Append($"m={Kind} {Port} {Protocol} {string.Join(' ', Formats)}\r\n");
        AppendConnection(text);
        AppendAttributes(text);
    }
}
