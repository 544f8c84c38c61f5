using System.Text.Json.Nodes;

namespace GlmApiEmulator;

/// <summary>The API's errors, and the other shapes that gateways and older servers give them.</summary>
internal static class EmulatedError
{
    private static readonly Dictionary<string, (int Status, string Message)> s_codes = new()
    {
        ["1000"] = (401, "Emulated: the key cannot be read."),
        ["1001"] = (401, "Emulated: there is no key."),
        ["1002"] = (401, "Emulated: the token is not valid."),
        ["1003"] = (401, "Emulated: the token has expired."),
        ["1220"] = (403, "Emulated: this key may not use the model."),
        ["1210"] = (400, "Emulated: a parameter is wrong."),
        ["1211"] = (400, "Emulated: there is no such model."),
        ["1214"] = (400, "Emulated: a parameter is out of range."),
        ["1221"] = (400, "Emulated: the model is offline."),
        ["1231"] = (400, "Emulated: this request was sent before."),
        ["1261"] = (400, "Emulated: the prompt is too long."),
        ["1113"] = (429, "Emulated: the account is empty."),
        ["1302"] = (429, "Emulated: too many requests at once."),
        ["1305"] = (429, "Emulated: the model is overloaded."),
        ["1308"] = (429, "Emulated: the quota is used up until 2026-01-02 03:04:05."),
        ["1234"] = (500, "Emulated: an error inside."),
        ["1701"] = (400, "Emulated: too many searches."),
        ["1703"] = (400, "Emulated: nothing was found."),
    };

    /// <summary>Whether a scenario is an error: <c>J</c>, and a code or the name of a shape.</summary>
    public static bool Is(string scenario) => scenario.StartsWith('J');

    /// <summary>Answers with an error.</summary>
    /// <param name="context">The request.</param>
    /// <param name="code">A code of the API's, <c>1301</c>, <c>502</c>, <c>503</c>, <c>200</c>, or a shape: <c>-number -text -msg -message</c>, or <c>-retry</c>: busy, try again after a second.</param>
    public static Task WriteAsync(HttpContext context, string code)
    {
        switch (code)
        {
            case "1301":
                return WriteAsync(context, 400, new JsonObject
                {
                    ["contentFilter"] = new JsonArray(new JsonObject { ["level"] = 1, ["role"] = "user" }),
                    ["error"] = Error("1301", "Emulated: the content is not safe."),
                });
            case "1308":
                JsonObject error = Error("1308", s_codes[code].Message);
                error["next_flush_time"] = "2026-01-02 03:04:05";
                return WriteAsync(context, 429, new JsonObject { ["error"] = error });
            case "502":
                context.Response.StatusCode = 502;
                context.Response.ContentType = "text/html";
                return context.Response.WriteAsync("<html><body><h1>502 Bad Gateway</h1></body></html>");
            case "503":
                context.Response.StatusCode = 503;
                return Task.CompletedTask;
            case "200":
                return WriteAsync(context, 200, new JsonObject { ["error"] = Error("1234", s_codes["1234"].Message) });
            case "-number":
                return WriteAsync(context, 429, new JsonObject { ["error"] = new JsonObject { ["code"] = 1302, ["message"] = s_codes["1302"].Message } });
            case "-text":
                return WriteAsync(context, 429, new JsonObject { ["error"] = s_codes["1302"].Message, ["code"] = 1302 });
            case "-msg":
                return WriteAsync(context, 429, new JsonObject { ["msg"] = s_codes["1302"].Message, ["code"] = 1302 });
            case "-message":
                return WriteAsync(context, 429, new JsonObject { ["message"] = s_codes["1302"].Message, ["code"] = 1302 });
            case "-retry":
                context.Response.Headers.RetryAfter = "1";
                return WriteAsync(context, 429, new JsonObject { ["error"] = Error("1302", s_codes["1302"].Message) });
            default:
                (int status, string message) = s_codes.GetValueOrDefault(code, (400, "Emulated: an error that the emulator does not know."));
                return WriteAsync(context, status, new JsonObject { ["error"] = Error(code, message) });
        }
    }

    /// <summary>The API's own shape of an error.</summary>
    public static JsonObject Error(string code, string message) => new() { ["code"] = code, ["message"] = message };

    /// <summary>Answers with JSON.</summary>
    public static Task WriteAsync(HttpContext context, int status, JsonNode body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=UTF-8";
        return context.Response.WriteAsync(body.ToJsonString(), context.RequestAborted);
    }
}
