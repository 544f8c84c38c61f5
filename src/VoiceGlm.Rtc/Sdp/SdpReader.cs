using System.Globalization;

namespace VoiceGlm.Rtc;

/// <summary>Reads the lines of a session description. Order is checked where it carries meaning: a section's lines follow its <c>m=</c>.</summary>
internal static class SdpReader
{
    private const int MaximumSections = 64;
    private const int MaximumAttributes = 2048;
    private const int MaximumFormats = 256;

    public static SessionDescription Read(string text)
    {
        if (text.Length > SessionDescription.MaximumLength)
            throw new SdpException($"Expected a session description of at most {SessionDescription.MaximumLength} characters, found {text.Length}.");
        SessionDescription? session = null;
        MediaDescription? media = null;
        string? version = null, name = null;
        (string Id, ulong Version)? origin = null;
        int number = 0, attributes = 0;
        foreach (ReadOnlySpan<char> raw in text.AsSpan().EnumerateLines())
        {
            number++;
            ReadOnlySpan<char> line = raw.TrimEnd();
            if (line.IsEmpty) continue;
            if (line.Length < 2 || line[1] != '=' || !char.IsAsciiLetterLower(line[0])) throw Wrong(number, "a letter and '='", line);
            if (line.ContainsAnyInRange('\0', '\u001F')) throw new SdpException($"Line {number} has a control character.");
            ReadOnlySpan<char> value = line[2..];
            char letter = line[0];
            SdpSection? section = media ?? (SdpSection?)session;
            if (version is null && letter != 'v') throw Wrong(number, "'v=0'", line);
            switch (letter)
            {
                case 'v':
                    if (version is not null || value is not "0") throw Wrong(number, "'v=0', once", line);
                    version = "0";
                    break;
                case 'o' when session is null && origin is null:
                    origin = ReadOrigin(value, number, line);
                    break;
                case 's' when session is null && origin is not null:
                    name = value.ToString();
                    session = new SessionDescription { SessionId = origin.Value.Id, SessionVersion = origin.Value.Version, Name = name };
                    break;
                case 'm' when session is not null:
                    if (session.Media.Count == MaximumSections) throw new SdpException($"Line {number}: expected at most {MaximumSections} sections.");
                    session.Media.Add(media = ReadMedia(value, number, line));
                    break;
                case 'c' when session is not null:
                    section!.Connection = value.ToString();
                    break;
                case 'a' when session is not null:
                    if (++attributes > MaximumAttributes) throw new SdpException($"Line {number}: expected at most {MaximumAttributes} attributes.");
                    section!.Attributes.Add(ReadAttribute(value, number, line));
                    break;
                case 'i' or 'u' or 'e' or 'p' or 'b' or 't' or 'r' or 'z' or 'k' when session is not null:
                    break;
                default:
                    throw Wrong(number, session is null ? "'o=' and 's=' after 'v=0'" : "a line of RFC 8866", line);
            }
        }

        return session ?? throw new SdpException("Expected the lines 'v=', 'o=' and 's=', found the end.");
    }

    // o=<username> <sess-id> <sess-version> <nettype> <addrtype> <address>
    private static (string Id, ulong Version) ReadOrigin(ReadOnlySpan<char> value, int number, ReadOnlySpan<char> line)
    {
        Span<Range> words = stackalloc Range[7];
        if (value.Split(words, ' ') != 6) throw Wrong(number, "six words", line);
        ReadOnlySpan<char> id = value[words[1]];
        if (id.IsEmpty || !ulong.TryParse(value[words[2]], NumberStyles.None, CultureInfo.InvariantCulture, out ulong version))
            throw Wrong(number, "a session and its version as a number", line);
        return (id.ToString(), version);
    }

    // m=<media> <port>[/<number of ports>] <proto> <fmt> ...
    private static MediaDescription ReadMedia(ReadOnlySpan<char> value, int number, ReadOnlySpan<char> line)
    {
        string[] words = value.ToString().Split(' ', MaximumFormats + 4, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length is < 4 or > MaximumFormats + 3) throw Wrong(number, $"a medium, a port, a transport and 1 to {MaximumFormats} formats", line);
        ReadOnlySpan<char> port = words[1];
        int slash = port.IndexOf('/');
        if (slash >= 0) port = port[..slash];
        if (!ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out ushort parsed)) throw Wrong(number, "a port from 0 to 65535", line);
        return new MediaDescription { Kind = words[0], Port = parsed, Protocol = words[2], Formats = words[3..] };
    }

    private static SdpField ReadAttribute(ReadOnlySpan<char> value, int number, ReadOnlySpan<char> line)
    {
        int colon = value.IndexOf(':');
        if (value.IsEmpty || colon == 0) throw Wrong(number, "an attribute's name", line);
        return colon < 0 ? new SdpField(value.ToString()) : new SdpField(value[..colon].ToString(), value[(colon + 1)..].ToString());
    }

    private static SdpException Wrong(int number, string expected, ReadOnlySpan<char> line) =>
        new($"Line {number}: expected {expected}, found '{line[..Math.Min(line.Length, 60)]}'.");
}
