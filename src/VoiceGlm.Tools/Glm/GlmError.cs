using System.Globalization;
using System.Text.Json;

namespace VoiceGlm.Tools.Glm;

/// <summary>What went wrong with a request.</summary>
/// <param name="Kind">What kind of thing.</param>
/// <param name="Message">A sentence for the log.</param>
internal sealed record GlmError(GlmErrorKind Kind, string Message)
{
    private const int MaxMessageLength = 300;

    /// <summary>The API's own number for it, or empty.</summary>
    public string Code { get; init; } = "";

    /// <summary>The status of HTTP, or 0 where there was no answer.</summary>
    public int Status { get; init; }

    /// <summary>How long the service asks to wait.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>When a used-up share is filled again, as the service writes it.</summary>
    public string? ResetsAt { get; init; }

    /// <summary>Whose content is not safe: <c>user</c>, <c>assistant</c>, <c>history</c>; or <see langword="null"/>.</summary>
    public string? FilteredRole { get; init; }

    /// <summary>Whether the service itself said what is wrong, so that it is certain that it did not take the request.</summary>
    public bool IsTold { get; init; }

    /// <summary>Whether it is the service that is not well.</summary>
    public bool IsOutage => Kind is GlmErrorKind.Connect or GlmErrorKind.Lost or GlmErrorKind.Timeout or GlmErrorKind.Server;

    /// <summary>Reads an answer that is an error.</summary>
    /// <param name="status">The status of HTTP.</param>
    /// <param name="body">The body: the API's JSON, another's, a page, or nothing.</param>
    /// <param name="retryAfter">What the answer asks to wait.</param>
    public static GlmError Read(int status, string body, TimeSpan? retryAfter)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind == JsonValueKind.Object) return Read(status, document.RootElement) with { RetryAfter = retryAfter };
        }
        catch (JsonException)
        {
            // A gateway's page, or nothing.
        }

        return new GlmError(KindOf("", status), $"The service answered with status {status} and no error that can be read.") { Status = status, RetryAfter = retryAfter };
    }

    /// <summary>Reads an error in one of the four shapes that it comes in.</summary>
    public static GlmError Read(int status, JsonElement body)
    {
        JsonElement detail = body.TryGetProperty("error", out JsonElement error) && error.ValueKind == JsonValueKind.Object ? error : body;
        string code = Text(detail, "code");
        string message = Text(detail, "message") is { Length: > 0 } told ? told : error.ValueKind == JsonValueKind.String ? error.GetString()! : Text(detail, "msg");
        if (message.Length > MaxMessageLength) message = message[..MaxMessageLength];
        return new GlmError(KindOf(code, status), message)
        {
            Code = code,
            Status = status,
            IsTold = code.Length > 0 || message.Length > 0,
            ResetsAt = Text(detail, "next_flush_time") is { Length: > 0 } time ? time : null,
            FilteredRole = RoleOf(body),
        };
    }

    private static string? RoleOf(JsonElement body) =>
        (body.TryGetProperty("contentFilter", out JsonElement filter) || body.TryGetProperty("content_filter", out filter)) && filter.ValueKind == JsonValueKind.Array && filter.GetArrayLength() > 0
            ? Text(filter[0], "role")
            : null;

    private static string Text(JsonElement from, string member) => from.ValueKind == JsonValueKind.Object && from.TryGetProperty(member, out JsonElement value)
        ? value.ValueKind switch
        {
            JsonValueKind.String => value.GetString()!,
            JsonValueKind.Number => value.GetRawText(),
            _ => "",
        }
        : "";

    private static GlmErrorKind KindOf(string code, int status) => (int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0) switch
    {
        >= 1000 and <= 1005 => GlmErrorKind.Auth,
        1113 => GlmErrorKind.Billing,
        1220 => GlmErrorKind.Permission,
        1211 or 1221 or 1222 => GlmErrorKind.ModelMissing,
        >= 1210 and <= 1215 => GlmErrorKind.BadRequest,
        1231 => GlmErrorKind.Duplicate,
        1261 => GlmErrorKind.TooLong,
        1301 => GlmErrorKind.Moderated,
        1302 or 1303 or 1305 or 1312 => GlmErrorKind.Busy,
        1304 or >= 1308 and <= 1321 => GlmErrorKind.Quota,
        >= 1701 and <= 1703 => GlmErrorKind.Search,
        500 or 1200 or 1230 or 1234 => GlmErrorKind.Server,
        _ => status switch
        {
            401 => GlmErrorKind.Auth,
            403 => GlmErrorKind.Permission,
            404 => GlmErrorKind.ModelMissing,
            408 or 504 => GlmErrorKind.Timeout,
            429 => GlmErrorKind.Busy,
            >= 500 => GlmErrorKind.Server,
            >= 400 => GlmErrorKind.BadRequest,
            _ => GlmErrorKind.Server,
        },
    };
}
