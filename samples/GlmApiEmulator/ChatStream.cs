using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace GlmApiEmulator;

/// <summary>Writes a chat's answer as server-sent events, in the form and with the faults of the scenario.</summary>
internal sealed class ChatStream(HttpContext context, EmulatedRequest request, TimeProvider time)
{
    private static readonly JsonSerializerOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private const int PieceLength = 3;

    // Where a faulty stream ends.
    private const int PartialEvents = 3;

    /// <summary>Answers.</summary>
    public async Task WriteAsync(ChatAnswer answer)
    {
        context.Response.ContentType = "text/event-stream; charset=utf-8";
        await context.Response.StartAsync(CancellationToken.None);
        List<JsonObject> events = Events(answer);
        bool isCut = request.Is("C1", "C2", "C3", "C4", "C5", "C6", "C9", "C11");
        foreach (JsonObject one in events.Take(isCut ? PartialEvents : events.Count)) await SendAsync(Json(one));
        switch (request.Scenario)
        {
            case "C1":
                return;
            case "C2":
                await SendRawAsync("data: {\"id\":\"1\",\"choices\":[{\"ind");
                return;
            case "C3":
                await request.WaitForCutAsync(TimeSpan.FromSeconds(0.2), time);
                context.Abort();
                return;
            case "C4":
                await SendAsync(Json(new JsonObject { ["error"] = EmulatedError.Error("1234", "Emulated: an error in mid-stream.") }));
                return;
            case "C5":
                await SendRawAsync("event: error\ndata: " + Json(new JsonObject { ["code"] = "1234", ["message"] = "Emulated: an error event." }) + "\n\n");
                return;
            case "C6" or "C11":
                await request.WaitAsync(Timeout.InfiniteTimeSpan, time);
                return;
            case "C9":
                await SendAsync("Internal Server Error");
                return;
            case "B7":
                await SendAsync(Json(new JsonObject { ["id"] = "1", ["choices"] = new JsonArray(), ["usage"] = ChatEndpoint.Usage() }));
                break;
        }

        if (!request.Is("B8", "B9")) await SendAsync("[DONE]");
    }

    private List<JsonObject> Events(ChatAnswer answer)
    {
        List<JsonObject> events = [];
        foreach (string piece in Pieces(answer.Reasoning)) events.Add(Chunk(new JsonObject { ["role"] = "assistant", [answer.ReasoningMember] = piece }));
        foreach (string piece in Pieces(answer.Content)) events.Add(Chunk(new JsonObject { ["role"] = "assistant", ["content"] = piece }));
        events.AddRange(Calls(answer));
        JsonObject last = Chunk(new JsonObject { ["role"] = "assistant", ["content"] = "" }, answer.FinishReason);
        if (!request.Is("B7")) last["usage"] = ChatEndpoint.Usage();
        if (answer.HasSearch) last["web_search"] = SearchEndpoint.Pages();
        events.Add(last);
        return events;
    }

    private static IEnumerable<JsonObject> Calls(ChatAnswer answer)
    {
        if (!answer.InFragments)
        {
            if (answer.Calls.Count > 0)
                yield return Chunk(new JsonObject { ["role"] = "assistant", ["tool_calls"] = new JsonArray([.. answer.Calls.Select(static (call, index) => ChatEndpoint.ToolCall(call, index))]) });
            yield break;
        }

        for (int i = 0; i < answer.Calls.Count; i++) yield return Fragment(ChatEndpoint.ToolCall(answer.Calls[i] with { Arguments = "" }, i));
        // Interleaved: a piece of each in turn.
        string[][] pieces = [.. answer.Calls.Select(static call => Pieces(call.Arguments).ToArray())];
        for (int piece = 0; piece < pieces.Max(static call => call.Length); piece++)
        {
            for (int i = 0; i < pieces.Length; i++)
            {
                if (piece < pieces[i].Length) yield return Fragment(new JsonObject { ["index"] = i, ["function"] = new JsonObject { ["arguments"] = pieces[i][piece] } });
            }
        }
    }

    private static JsonObject Fragment(JsonObject call) => Chunk(new JsonObject { ["tool_calls"] = new JsonArray(call) });

    private static JsonObject Chunk(JsonObject delta, string? finishReason = null)
    {
        var choice = new JsonObject { ["index"] = 0, ["delta"] = delta };
        if (finishReason is not null) choice["finish_reason"] = finishReason;
        return new JsonObject { ["id"] = "1", ["created"] = 1767225600, ["model"] = "emulated", ["choices"] = new JsonArray(choice) };
    }

    private static IEnumerable<string> Pieces(string? text)
    {
        for (int i = 0; i < (text?.Length ?? 0); i += PieceLength) yield return text!.Substring(i, Math.Min(PieceLength, text.Length - i));
    }

    private async Task SendAsync(string data)
    {
        string form = request.Scenario switch
        {
            "B2" => $"data: {data}\r\n\r\n",
            "B3" => $"data:{data}\n\n",
            "B4" => $": keep-alive\n\ndata: {data}\n: another\n\n",
            "B9" => $"event: message\ndata: {data}\n\n",
            _ => $"data: {data}\n\n",
        };
        if (!request.Is("B5"))
        {
            await SendRawAsync(form);
            return;
        }

        foreach (byte one in Encoding.UTF8.GetBytes(form))
        {
            await context.Response.Body.WriteAsync(new[] { one }, context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
    }

    // As characters, not as escapes: so that bytes of one character may come apart.
    private static string Json(JsonObject value) => value.ToJsonString(s_json);

    private async Task SendRawAsync(string text)
    {
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }
}
