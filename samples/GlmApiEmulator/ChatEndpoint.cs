using System.Text.Json;
using System.Text.Json.Nodes;

namespace GlmApiEmulator;

/// <summary><c>chat/completions</c>: whole or as a stream, by the hosted API or by a server of open weights.</summary>
internal sealed class ChatEndpoint(GlmEmulator emulator)
{
    /// <summary>Longest base64 of an image: 5 MB.</summary>
    private const int MaxImageLength = 5 * 1024 * 1024 / 3 * 4;

    // Half a second of silence in a WAV file: what the voice model answers with.
    private static readonly string s_silence = Convert.ToBase64String(Wav(sampleCount: 12_000, sampleRate: 24_000));

    /// <summary>Answers.</summary>
    public async Task AnswerAsync(HttpContext context, EmulatedRequest request)
    {
        if (Fault(request) is { } code)
        {
            await EmulatedError.WriteAsync(context, code);
            return;
        }

        if (request.Is("C0"))
        {
            context.Abort();
            return;
        }

        if (request.Is("C10")) await request.WaitAsync(TimeSpan.FromSeconds(12), emulator.Time);
        ChatAnswer answer = Answer(request);
        if (request.IsStream) await new ChatStream(context, request, emulator.Time).WriteAsync(answer);
        else await EmulatedError.WriteAsync(context, 200, Whole(request, answer));
    }

    /// <summary>What a request is answered with.</summary>
    public ChatAnswer Answer(EmulatedRequest request)
    {
        string? said = null;
        if (request.Scenario.Length == 0) emulator.Script.TryDequeue(out said);
        return said is not null ? new ChatAnswer(said) : ChatScenarios.Apply(request.Scenario, EmulatedModel.Answer(request));
    }

    /// <summary>A whole answer, as a scenario shapes it.</summary>
    public static JsonObject Whole(EmulatedRequest request, ChatAnswer answer)
    {
        var message = new JsonObject { ["role"] = "assistant", ["content"] = answer.Content };
        if (request.Is("A3")) message["content"] = new JsonArray(new JsonObject { ["type"] = "text", ["text"] = answer.Content });
        if (answer.Reasoning is not null) message[answer.ReasoningMember] = answer.Reasoning;
        if (answer.Calls.Count > 0) message["tool_calls"] = new JsonArray([.. answer.Calls.Select(static (call, index) => ToolCall(call, index))]);
        if (request.Is("E8")) message["function_call"] = new JsonObject { ["name"] = "get_weather", ["arguments"] = """{"city":"Beijing"}""" };
        if (request.Model == "glm-4-voice" || request.Is("G1", "G2"))
        {
            message["audio"] = new JsonObject { ["id"] = "audio_1", ["data"] = s_silence, ["expires_at"] = request.Is("G2") ? JsonValue.Create("1893456000") : JsonValue.Create(1893456000) };
        }

        var choice = new JsonObject { ["index"] = 0, ["finish_reason"] = request.Is("E8") ? "function_call" : answer.FinishReason, ["message"] = message };
        var choices = new JsonArray(choice);
        int wanted = request.Body.TryGetProperty("n", out JsonElement n) ? n.GetInt32() : 1;
        for (int i = 1; i < wanted; i++) choices.Add(choice.DeepClone());
        if (request.Is("A1")) return new JsonObject { ["choices"] = choices };
        var whole = new JsonObject
        {
            ["id"] = "20260101000000", ["request_id"] = request.Text("request_id"), ["created"] = 1767225600, ["model"] = request.Model, ["choices"] = choices, ["usage"] = Usage(),
        };
        if (answer.HasSearch) whole["web_search"] = SearchEndpoint.Pages();
        if (request.Is("A2"))
        {
            whole["object"] = "chat.completion";
            whole["content_filter"] = new JsonArray(new JsonObject { ["role"] = "assistant", ["level"] = 3 });
            whole["web_search"] = SearchEndpoint.Pages();
        }

        if (request.Is("A6"))
        {
            whole["surprise"] = new JsonObject { ["nested"] = new JsonArray(1, "two", null) };
            message["mood"] = 0.5;
        }

        return whole;
    }

    /// <summary>A call of a function.</summary>
    public static JsonObject ToolCall(EmulatedCall call, int index) => new()
    {
        ["id"] = $"call_{index}", ["index"] = index, ["type"] = "function", ["function"] = new JsonObject { ["name"] = call.Name, ["arguments"] = call.Arguments },
    };

    /// <summary>What it cost.</summary>
    public static JsonObject Usage() => new()
    {
        ["prompt_tokens"] = 12, ["completion_tokens"] = 7, ["total_tokens"] = 19, ["prompt_tokens_details"] = new JsonObject { ["cached_tokens"] = 0 },
    };

    // What the API would refuse is refused here too, so that a client finds out.
    private static string? Fault(EmulatedRequest request)
    {
        JsonElement[] messages = EmulatedModel.Messages(request.Body);
        if (messages.Length == 0 || !messages.Any(static message => EmulatedModel.Role(message) is "user" or "tool")) return "1214";
        foreach (JsonElement message in messages)
        {
            bool isText = !message.TryGetProperty("content", out JsonElement content) || content.ValueKind is JsonValueKind.String or JsonValueKind.Null;
            if (EmulatedModel.Role(message) is "tool" or "assistant" && !isText) return "1214";
            if (message.TryGetProperty("audio", out JsonElement audio) && audio.TryGetProperty("id", out JsonElement id) && id.GetString() != "audio_1") return "1214";
            if (isText) continue;
            foreach (JsonElement part in content.EnumerateArray())
            {
                if (part.TryGetProperty("image_url", out JsonElement image) && image.GetProperty("url").GetString()!.Length > MaxImageLength) return "1210";
            }
        }

        return null;
    }

    private static byte[] Wav(int sampleCount, int sampleRate)
    {
        var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        writer.Write("RIFF"u8);
        writer.Write(36 + (sampleCount * 2));
        writer.Write("WAVEfmt "u8);
        writer.Write(16);
        writer.Write((short)1);
        writer.Write((short)1);
        writer.Write(sampleRate);
        writer.Write(sampleRate * 2);
        writer.Write((short)2);
        writer.Write((short)16);
        writer.Write("data"u8);
        writer.Write(sampleCount * 2);
        writer.Write(new byte[sampleCount * 2]);
        writer.Flush();
        return bytes.ToArray();
    }
}
