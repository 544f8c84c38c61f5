using System.Security.Cryptography;

namespace VoiceGlm.Transports.Sip;

/// <summary>An answer to a request. Not thread-safe.</summary>
/// <param name="status">100 to 699.</param>
/// <param name="reason">Words for people; may be empty.</param>
internal sealed class SipResponse(int status, string reason) : SipMessage
{
    private static readonly Dictionary<int, string> s_reasons = new()
    {
        [100] = "Trying",
        [180] = "Ringing",
        [183] = "Session Progress",
        [200] = "OK",
        [202] = "Accepted",
        [400] = "Bad Request",
        [401] = "Unauthorized",
        [403] = "Forbidden",
        [404] = "Not Found",
        [405] = "Method Not Allowed",
        [406] = "Not Acceptable",
        [408] = "Request Timeout",
        [415] = "Unsupported Media Type",
        [416] = "Unsupported URI Scheme",
        [420] = "Bad Extension",
        [422] = "Session Interval Too Small",
        [480] = "Temporarily Unavailable",
        [481] = "Call/Transaction Does Not Exist",
        [482] = "Loop Detected",
        [483] = "Too Many Hops",
        [486] = "Busy Here",
        [487] = "Request Terminated",
        [488] = "Not Acceptable Here",
        [489] = "Bad Event",
        [491] = "Request Pending",
        [500] = "Server Internal Error",
        [501] = "Not Implemented",
        [503] = "Service Unavailable",
        [504] = "Server Time-out",
        [505] = "Version Not Supported",
        [513] = "Message Too Large",
        [603] = "Decline",
    };

    /// <summary>The status code.</summary>
    public int Status => status;

    /// <summary>Words for people.</summary>
    public string Reason => reason;

    /// <summary>Whether more follows.</summary>
    public bool IsProvisional => status < 200;

    /// <summary>Whether the request was done.</summary>
    public bool IsSuccess => status is >= 200 and < 300;

    /// <inheritdoc/>
    public override string StartLine => $"{Version} {status} {reason}";

    /// <summary>Answers a request (RFC 3261 §8.2.6).</summary>
    /// <param name="request">The request.</param>
    /// <param name="status">The status code.</param>
    /// <param name="toTag">This side's tag, where the request has none; null makes one up.</param>
    public static SipResponse Of(SipRequest request, int status, string? toTag = null)
    {
        var response = new SipResponse(status, s_reasons.GetValueOrDefault(status, ""));
        SipHeaders headers = response.Headers;
        headers.CopyFrom(request.Headers, "Via");
        headers.CopyFrom(request.Headers, "From");
        foreach (string to in request.Headers.All("To"))
            headers.Add("To", status > 100 && SipAddress.TryParse(to, out SipAddress? address) && address.Tag is null ? address.WithTag(toTag ?? NewTag()).ToString() : to);
        headers.CopyFrom(request.Headers, "Call-ID");
        headers.CopyFrom(request.Headers, "CSeq");
        if (status == 100) headers.CopyFrom(request.Headers, "Timestamp");
        return response;
    }

    /// <summary>Makes a tag: 64 random bits.</summary>
    public static string NewTag() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
}
