using System.Globalization;
using System.Text;

namespace VoiceGlm.Transports.Sip;

/// <summary>A request or a response. What <see cref="SipParser"/> gives without a problem has the headers that every message needs, and they can be read. Not thread-safe.</summary>
internal abstract class SipMessage
{
    /// <summary>What a version is told as.</summary>
    public const string Version = "SIP/2.0";

    /// <summary>The headers; Content-Length is written by itself.</summary>
    public SipHeaders Headers { get; } = new();

    /// <summary>The body; its type is in the headers.</summary>
    public ReadOnlyMemory<byte> Body { get; private set; }

    /// <summary>The first line.</summary>
    public abstract string StartLine { get; }

    /// <summary>The hop that the message is of, or that an answer goes back to.</summary>
    public SipVia Via => TopVia ?? throw new InvalidOperationException("Expected a Via that can be read.");

    /// <summary>The first Via, or null where there is none that can be read.</summary>
    public SipVia? TopVia => Headers["Via"] is { } value && SipGrammar.SplitList(value) is [var first, ..] && SipVia.TryParse(first, out SipVia? via) ? via : null;

    /// <summary>Who sends the request.</summary>
    public SipAddress From => SipAddress.Parse(Headers["From"]!);

    /// <summary>Whom the request is for.</summary>
    public SipAddress To => SipAddress.Parse(Headers["To"]!);

    /// <summary>Names the call, or the registration.</summary>
    public string CallId => Headers["Call-ID"]!;

    /// <summary>The request's number and method.</summary>
    public SipCSeq CSeq => SipCSeq.TryParse(Headers["CSeq"], out SipCSeq cseq) ? cseq : throw new InvalidOperationException("Expected a CSeq that can be read.");

    /// <summary>The media type of the body in lower case, without parameters; null where there is none.</summary>
    public string? ContentType => Headers["Content-Type"]?.Split(';', 2)[0].Trim().ToLowerInvariant();

    /// <summary>The body as text.</summary>
    public string Text => Encoding.UTF8.GetString(Body.Span);

    /// <summary>Sets the body.</summary>
    public void SetBody(ReadOnlyMemory<byte> body) => Body = body;

    /// <summary>Sets a body of text and its type.</summary>
    public void SetBody(string contentType, string body)
    {
        Headers["Content-Type"] = contentType;
        Body = Encoding.UTF8.GetBytes(body);
    }

    /// <summary>Writes the message as it goes over the network.</summary>
    public byte[] ToBytes()
    {
        string head = Head();
        int length = Encoding.UTF8.GetByteCount(head);
        byte[] bytes = new byte[length + Body.Length];
        Encoding.UTF8.GetBytes(head, bytes);
        Body.Span.CopyTo(bytes.AsSpan(length));
        return bytes;
    }

    /// <inheritdoc/>
    public override string ToString() => StartLine;

    private string Head()
    {
        var text = new StringBuilder(512).Append(StartLine).Append("\r\n");
        foreach ((string name, string value) in Headers)
        {
            if (!name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)) text.Append(name).Append(": ").Append(value).Append("\r\n");
        }

        return text.Append(CultureInfo.InvariantCulture, $"Content-Length: {Body.Length}\r\n\r\n").ToString();
    }
}
