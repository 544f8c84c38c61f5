namespace VoiceGlm.Transports.Sip;

/// <summary>Finds the messages in what a connection brings (RFC 3261 §18.3). Not thread-safe.</summary>
internal sealed class SipFraming
{
    // A head of 256 lines of 64 characters is far beyond what anybody sends.
    private const int LongestHead = 16 * 1024;

    private byte[] _buffer = new byte[4096];
    private int _start;
    private int _end;

    /// <summary>Whether a message has begun that is not whole yet.</summary>
    public bool IsWaiting => _end > _start;

    /// <summary>Room to read into; <see cref="Commit"/> says how much of it was used.</summary>
    public Memory<byte> Reserve()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _buffer.Length) Array.Resize(ref _buffer, 2 * _buffer.Length);
        return _buffer.AsMemory(_end);
    }

    /// <summary>Adds what was read.</summary>
    public void Commit(int count) => _end += count;

    /// <summary>Takes the next message, if it is there.</summary>
    /// <param name="message">The message's bytes, until the next <see cref="Reserve"/>; empty where it is two line ends, which ask for one (RFC 5626 §4.4.1).</param>
    /// <returns>Whether there is one.</returns>
    /// <exception cref="FormatException">What came is no message, or longer than one may be: the connection cannot go on.</exception>
    public bool TryTake(out ReadOnlySpan<byte> message)
    {
        message = default;
        ReadOnlySpan<byte> bytes = _buffer.AsSpan(_start, _end - _start);
        if (bytes.StartsWith("\r\n\r\n"u8))
        {
            _start += 4;
            return true;
        }

        // One line end is an answer to ours, or the first half of a question.
        if (bytes is [(byte)'\r', (byte)'\n', not (byte)'\r', ..])
        {
            _start += 2;
            bytes = bytes[2..];
        }

        if (bytes.IsEmpty || bytes[0] is (byte)'\r') return false;
        int head = SipParser.HeadLength(bytes, out int gap);
        if (head < 0 ? bytes.Length > LongestHead : head > LongestHead) throw new FormatException($"Expected a head of at most {LongestHead} bytes.");
        if (head < 0) return false;
        int length = head + gap + BodyLength(bytes[..head]);
        if (length > SipParser.LargestMessage) throw new FormatException($"Expected a message of at most {SipParser.LargestMessage} bytes, found {length}.");
        if (bytes.Length < length) return false;
        message = bytes[..length];
        _start += length;
        return true;
    }

    private static int BodyLength(ReadOnlySpan<byte> head)
    {
        foreach (Range range in head.Split((byte)'\n'))
        {
            ReadOnlySpan<byte> line = head[range];
            int colon = line.IndexOf((byte)':');
            if (colon < 0) continue;
            ReadOnlySpan<byte> name = line[..colon].TrimEnd(" \t"u8);
            if (!System.Text.Ascii.EqualsIgnoreCase(name, "Content-Length"u8) && !System.Text.Ascii.EqualsIgnoreCase(name, "l"u8)) continue;
            ReadOnlySpan<byte> value = line[(colon + 1)..].Trim(" \t\r"u8);
            if (System.Buffers.Text.Utf8Parser.TryParse(value, out int length, out int used) && used == value.Length && length >= 0) return length;
            throw new FormatException("Expected a number in Content-Length.");
        }

        throw new FormatException("Expected Content-Length: nothing else says where a message of a stream ends.");
    }
}
