using System.Text.Json.Nodes;

namespace GlmApiEmulator;

/// <summary>Servers of open weights that are not like the hosted API: raw completion, infilling, and the first ChatGLM's own.</summary>
internal static class OpenWeightEndpoints
{
    /// <summary><c>/v1/completions</c>: goes on with a raw prompt.</summary>
    public static Task CompleteAsync(HttpContext context, EmulatedRequest request)
    {
        int count = request.Body.TryGetProperty("n", out var n) ? n.GetInt32() : 1;
        return EmulatedError.WriteAsync(context, 200, new JsonObject
        {
            ["id"] = "1",
            ["object"] = "text_completion",
            ["choices"] = new JsonArray([.. Enumerable.Range(0, count).Select(static index => new JsonObject { ["index"] = index, ["text"] = $"return {40 + index}", ["finish_reason"] = "stop" })]),
        });
    }

    /// <summary><c>/infill</c>: fills blanks from left to right, as a server of GLM's own weights does.</summary>
    public static Task InfillAsync(HttpContext context, EmulatedRequest request)
    {
        string text = request.Text("text");
        if (!text.Contains("MASK]", StringComparison.Ordinal)) text += " [gMASK]";
        string[] masks = [.. text.Split('[').Where(static part => part.Contains("MASK]", StringComparison.Ordinal)).Select(static part => "[" + part.Split(']')[0] + "]")];
        if (request.Is("M-fewer")) masks = masks[..^1];
        string open = request.Is("M-pieces") ? "<|startofpiece|>" : "";
        string close = request.Is("M-pieces") ? "<|endofpiece|>" : "";
        var fills = new JsonArray([.. masks.Select((mask, index) => new JsonObject { ["index"] = index, ["mask"] = mask, ["text"] = $"{open}fill {index + 1}{close}" })]);
        return EmulatedError.WriteAsync(context, 200, new JsonObject { ["fills"] = fills, ["text"] = text });
    }

    /// <summary><c>POST /</c>: the first ChatGLM's server.</summary>
    public static Task ChatGlmAsync(HttpContext context, EmulatedRequest request) => EmulatedError.WriteAsync(context, 200, new JsonObject
    {
        ["response"] = $"This is an emulated answer to: {request.Text("prompt")}", ["history"] = new JsonArray(), ["status"] = 200, ["time"] = "2026-01-01 00:00:00",
    });
}
