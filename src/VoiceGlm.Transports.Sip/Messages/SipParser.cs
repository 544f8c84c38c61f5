using System.Text;

namespace VoiceGlm.Transports.Sip;

/// <summary>Reads messages (RFC 3261 §7, §25). What comes from the network may be anything: nothing throws, and everything has a limit. Thread-safe.</summary>
internal static class SipParser
{
    /// <summary>Bytes of the largest message, which is the largest datagram.</summary>
    public const int LargestMessage = 65_535;

    /// <summary>Header lines at most.</summary>
    public const int MaximumHeaders = 256;

    private static readonly string[] s_needed = ["Via", "From", "To", "Call-ID", "CSeq"];
    private static readonly string[] s_single = ["From", "To", "Call-ID", "CSeq", "Max-Forwards", "Content-Length", "Content-Type", "Expires"];

    /// <summary>Reads a message.</summary>
    /// <param name="bytes">A datagram, or a message of a stream.</param>
    /// <param name="isStream">Whether its length was told by Content-Length.</param>
    /// <param name="problem">Why the message is not to be taken, or <see langword="null"/>.</param>
    /// <returns>
    /// The message. With a problem: a request that can be answered with it. <see langword="null"/> with a problem: nothing that can be answered.
    /// </returns>
    public static SipMessage? Parse(ReadOnlySpan<byte> bytes, bool isStream, out SipProblem? problem)
    {
        if (bytes.Length > LargestMessage)
        {
            problem = SipProblem.Malformed($"Expected at most {LargestMessage} bytes, found {bytes.Length}.");
            return null;
        }

        bytes = TrimLineEnds(bytes);
        int end = HeadLength(bytes, out int gap);
        if (end < 0) (end, gap) = (bytes.Length, 0);
        string head = Encoding.UTF8.GetString(bytes[..end]).Replace("\r\n", "\n", StringComparison.Ordinal);
        SipProblem? stray = null;
        if (head.Contains('\r', StringComparison.Ordinal))
        {
            stray = SipProblem.Malformed("Expected a line feed after every carriage return.");
            head = head.Replace('\r', ' ');
        }

        ReadOnlySpan<char> rest = head;
        SipMessage? message = ReadStartLine(TakeLine(ref rest), out problem);
        if (message is null) return null;
        problem ??= stray;
        problem = ReadHeaders(rest, message.Headers) ?? problem ?? Check(message) ?? ReadBody(message, bytes[Math.Min(end + gap, bytes.Length)..], isStream);
        return problem is not null && (message is SipResponse || !CanBeAnswered(message)) ? null : message;
    }

    /// <summary>Bytes of the head of a message without the empty line that ends it; −1 where that is not there yet.</summary>
    /// <param name="bytes">The beginning of a message.</param>
    /// <param name="gap">Bytes of the empty line.</param>
    public static int HeadLength(ReadOnlySpan<byte> bytes, out int gap)
    {
        int both = bytes.IndexOf("\r\n\r\n"u8), single = bytes.IndexOf("\n\n"u8);
        gap = 4;
        if (single < 0 || (both >= 0 && both < single)) return both;
        gap = 2;
        return single;
    }

    /// <summary>Leaves out line ends before a message, which keep a connection alive.</summary>
    public static ReadOnlySpan<byte> TrimLineEnds(ReadOnlySpan<byte> bytes) => bytes.TrimStart("\r\n"u8);

    private static SipMessage? ReadStartLine(ReadOnlySpan<char> line, out SipProblem? problem)
    {
        problem = null;
        if (line.StartsWith("SIP/", StringComparison.OrdinalIgnoreCase)) return ReadStatusLine(line, out problem);
        int methodEnd = line.IndexOf(' ');
        int versionStart = line.TrimEnd().LastIndexOf(' ') + 1;
        if (methodEnd <= 0 || versionStart <= methodEnd || !SipGrammar.IsToken(line[..methodEnd]))
        {
            problem = SipProblem.Malformed("Expected a method, a URI and a version, found another first line.");
            return null;
        }

        string method = line[..methodEnd].ToString();
        ReadOnlySpan<char> version = line[versionStart..];
        ReadOnlySpan<char> uri = methodEnd + 1 < versionStart ? line[(methodEnd + 1)..(versionStart - 1)] : default;
        if (!version.TrimEnd().StartsWith("SIP/", StringComparison.OrdinalIgnoreCase))
        {
            problem = SipProblem.Malformed("Expected a version of SIP in the first line.");
            return null;
        }

        if (!version.TrimEnd().Equals(SipMessage.Version, StringComparison.OrdinalIgnoreCase)) problem = new SipProblem(505, $"Expected {SipMessage.Version}, found {version}.");
        else if (version.Length != SipMessage.Version.Length) problem = SipProblem.Malformed("Expected nothing behind the version, found spaces.");
        if (!SipUri.TryParse(uri, out SipUri? parsed)) problem ??= SipProblem.Malformed("Expected a URI between two single spaces in the first line.");
        return new SipRequest(method, parsed ?? SipUri.Of("invalid"));
    }

    private static SipResponse? ReadStatusLine(ReadOnlySpan<char> line, out SipProblem? problem)
    {
        problem = null;
        ReadOnlySpan<char> rest = line.StartsWith(SipMessage.Version + " ", StringComparison.OrdinalIgnoreCase) ? line[(SipMessage.Version.Length + 1)..] : default;
        int space = rest.IndexOf(' ');
        ReadOnlySpan<char> code = space < 0 ? rest : rest[..space];
        if (code.Length == 3 && SipGrammar.TryReadNumber(code, 699, out long status) && status >= 100) return new SipResponse((int)status, space < 0 ? "" : rest[(space + 1)..].ToString());
        problem = SipProblem.Malformed($"Expected {SipMessage.Version} and a status from 100 to 699 in the first line.");
        return null;
    }

    // All lines are read, the good ones after a bad one too: they are needed to answer.
    private static SipProblem? ReadHeaders(ReadOnlySpan<char> lines, SipHeaders headers)
    {
        SipProblem? problem = null;
        while (!lines.IsEmpty)
        {
            string line = TakeFolded(ref lines);
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            string name = colon < 0 ? "" : line[..colon].TrimEnd(' ', '\t');
            if (!SipGrammar.IsToken(name)) problem ??= SipProblem.Malformed("Expected a name and a colon in every header line.");
            else if (headers.Count == MaximumHeaders) return problem ?? new SipProblem(513, $"Expected at most {MaximumHeaders} header lines.");
            else headers.Add(SipHeaders.Expand(name), line[(colon + 1)..].Trim(' ', '\t'));
        }

        return problem;
    }

    private static SipProblem? Check(SipMessage message)
    {
        SipHeaders headers = message.Headers;
        foreach (string name in s_needed)
        {
            if (headers[name] is null) return SipProblem.Malformed($"Expected a header {name}, found none.");
        }

        foreach (string name in s_single)
        {
            if (headers.All(name).Skip(1).Any()) return SipProblem.Malformed($"Expected one header {name}, found more.");
        }

        if (message.TopVia is null) return SipProblem.Malformed("Expected a Via such as SIP/2.0/UDP host;branch=z9hG4bK1, found another.");
        if (!SipAddress.TryParse(headers["From"], out _)) return SipProblem.Malformed("Expected an address in From, found another text.");
        if (!SipAddress.TryParse(headers["To"], out _)) return SipProblem.Malformed("Expected an address in To, found another text.");
        if (headers["Call-ID"] is not { Length: > 0 and <= 1024 } callId || SipGrammar.HasSpace(callId)) return SipProblem.Malformed("Expected one word in Call-ID.");
        if (!SipCSeq.TryParse(headers["CSeq"], out SipCSeq cseq)) return SipProblem.Malformed("Expected a number below 2^31 and a method in CSeq.");
        if (message is SipRequest request && cseq.Method != request.Method) return SipProblem.Malformed($"Expected {request.Method} in CSeq, found {cseq.Method}.");
        if (headers["Max-Forwards"] is { } hops && !SipGrammar.TryReadNumber(hops, 255, out _)) return SipProblem.Malformed("Expected a number from 0 to 255 in Max-Forwards.");
        return null;
    }

    private static SipProblem? ReadBody(SipMessage message, ReadOnlySpan<byte> body, bool isStream)
    {
        if (message.Headers["Content-Length"] is { } told)
        {
            if (!SipGrammar.TryReadNumber(told, LargestMessage, out long length)) return SipProblem.Malformed($"Expected a number from 0 to {LargestMessage} in Content-Length.");
            if (length > body.Length) return SipProblem.Malformed($"Expected a body of {length} bytes as Content-Length says, found {body.Length}.");
            body = body[..(int)length];
        }
        else if (isStream)
        {
            return SipProblem.Malformed("Expected Content-Length: nothing else says where a message of a stream ends.");
        }

        message.SetBody(body.ToArray());
        return null;
    }

    // An answer needs the headers that it repeats, and a request that is no ACK.
    private static bool CanBeAnswered(SipMessage message) => message is SipRequest { Method: not SipMethods.Ack } && message.Headers["Via"] is not null;

    private static string TakeFolded(ref ReadOnlySpan<char> lines)
    {
        ReadOnlySpan<char> line = TakeLine(ref lines);
        if (lines.IsEmpty || lines[0] is not (' ' or '\t')) return line.ToString();
        var whole = new StringBuilder().Append(line);
        while (!lines.IsEmpty && lines[0] is ' ' or '\t') whole.Append(' ').Append(TakeLine(ref lines).Trim());
        return whole.ToString();
    }

    private static ReadOnlySpan<char> TakeLine(ref ReadOnlySpan<char> lines)
    {
        int end = lines.IndexOf('\n');
        ReadOnlySpan<char> line = end < 0 ? lines : lines[..end];
        lines = end < 0 ? default : lines[(end + 1)..];
        return line;
    }
}
