using System.Text.Json;
using System.Text.Json.Nodes;

namespace GlmApiEmulator;

/// <summary>What stands where a model would: sentences that follow from the request alone, and say that they are emulated.</summary>
internal static class EmulatedModel
{
    private static readonly (string Word, string Function)[] s_callWords =
    [
        ("draw", "draw_picture"), ("picture", "draw_picture"), ("画", "draw_picture"), ("video", "make_video"), ("film", "make_video"), ("视频", "make_video"), ("code", "write_code"),
        ("program", "write_code"), ("代码", "write_code"), ("think", "think_hard"), ("想", "think_hard"), ("look", "look_at_image"), ("看", "look_at_image"), ("phone", "operate_phone"),
        ("手机", "operate_phone"), ("blank", "fill_blanks"), ("填空", "fill_blanks"), ("ask", "ask_glm"), ("问", "ask_glm"),
    ];

    // A conversation with the simulated phone of the service: what each step answers.
    private static readonly string[] s_phoneSteps =
    [
        "<think>The task needs an app.</think>\n<answer>do(action=\"Launch\", app=\"Notes\")</answer>",
        "<think>A new note is wanted.</think>\n<answer>do(action=\"Tap\", element=[500,900])",
        "<think>Now the words.</think>\n<answer>do(action=\"Type\", text=\"Emulated note\")</answer>",
        "<think>That is all.</think>\n<answer>finish(message=\"The note is written. This was emulated.\")</answer>",
    ];

    /// <summary>What a request is answered with when nothing is to go wrong.</summary>
    public static ChatAnswer Answer(EmulatedRequest request)
    {
        string question = Question(request.Body);
        string system = TextOf(Messages(request.Body).FirstOrDefault(static message => Role(message) == "system"));
        if (request.Model.StartsWith("autoglm", StringComparison.Ordinal))
            return new ChatAnswer(s_phoneSteps[Math.Min(Messages(request.Body).Count(static message => Role(message) == "assistant"), s_phoneSteps.Length - 1)]);
        if (IsObject(request.Body)) return new ChatAnswer(ObjectFor(system, question).ToJsonString());
        if (Call(request.Body, question) is { } call) return new ChatAnswer(null) { Calls = [call], FinishReason = "tool_calls" };
        if (request.Model.StartsWith("codegeex", StringComparison.Ordinal)) return new ChatAnswer(Code(request.Body, question));
        if (HasImage(request.Body)) return new ChatAnswer(Look(question));
        if (Thinks(request)) return new ChatAnswer($"The emulated answer to \"{question}\" is forty-two.") { Reasoning = "First I read the question.\nThen I weigh what is emulated.\nSo the answer is clear." };
        return new ChatAnswer($"This is an emulated answer to: {question}") { HasSearch = WantsSearch(request.Body) };
    }

    /// <summary>The words of the last message of the user.</summary>
    public static string Question(JsonElement body) => TextOf(Messages(body).LastOrDefault(static message => Role(message) == "user"));

    /// <summary>The messages.</summary>
    public static JsonElement[] Messages(JsonElement body) =>
        body.ValueKind == JsonValueKind.Object && body.TryGetProperty("messages", out JsonElement messages) && messages.ValueKind == JsonValueKind.Array ? [.. messages.EnumerateArray()] : [];

    /// <summary>Who a message is from.</summary>
    public static string Role(JsonElement message) => message.TryGetProperty("role", out JsonElement role) ? role.GetString() ?? "" : "";

    /// <summary>Whether a message of the request has an image.</summary>
    public static bool HasImage(JsonElement body) => Messages(body).Any(static message => Parts(message).Any(static part => part.TryGetProperty("image_url", out _)));

    private static JsonElement[] Parts(JsonElement message) =>
        message.ValueKind == JsonValueKind.Object && message.TryGetProperty("content", out JsonElement content) && content.ValueKind == JsonValueKind.Array ? [.. content.EnumerateArray()] : [];

    private static string TextOf(JsonElement message)
    {
        if (message.ValueKind != JsonValueKind.Object || !message.TryGetProperty("content", out JsonElement content)) return "";
        return content.ValueKind == JsonValueKind.String
            ? content.GetString()!
            : string.Concat(Parts(message).Select(static part => part.TryGetProperty("text", out JsonElement text) ? text.GetString() : ""));
    }

    private static bool IsObject(JsonElement body) =>
        body.TryGetProperty("response_format", out JsonElement format) && format.TryGetProperty("type", out JsonElement type) && type.GetString() == "json_object";

    // The members are those that the system prompt names.
    private static JsonObject ObjectFor(string system, string question)
    {
        var answer = new JsonObject();
        if (system.Contains("\"spoken\"", StringComparison.Ordinal))
        {
            answer["spoken"] = $"This is an emulated answer to: {question}";
            answer["markdown"] = $"**Emulated.** You asked: *{question}*\n\n- No model has answered.\n- Nothing left this machine.";
        }

        if (system.Contains("\"fills\"", StringComparison.Ordinal))
            answer["fills"] = new JsonArray([.. Enumerable.Range(1, question.Split("MASK]").Length - 1).Select(static number => JsonValue.Create($"emulated {number}"))]);
        if (system.Contains("\"prompt\"", StringComparison.Ordinal)) answer["prompt"] = $"{question}, emulated, in soft light";
        return answer;
    }

    private static EmulatedCall? Call(JsonElement body, string question)
    {
        if (!body.TryGetProperty("tools", out JsonElement tools) || Messages(body).Any(static message => Role(message) == "tool")) return null;
        foreach ((string word, string function) in s_callWords)
        {
            if (!question.Contains(word, StringComparison.OrdinalIgnoreCase)) continue;
            foreach (JsonElement tool in tools.EnumerateArray())
            {
                if (!tool.TryGetProperty("function", out JsonElement offered) || offered.GetProperty("name").GetString() != function) continue;
                string argument = offered.GetProperty("parameters").TryGetProperty("required", out JsonElement required) && required.GetArrayLength() > 0 ? required[0].GetString()! : "text";
                return new EmulatedCall(function, new JsonObject { [argument] = question }.ToJsonString());
            }
        }

        return null;
    }

    private static string Code(JsonElement body, string question) => body.TryGetProperty("extra", out _)
        ? "return 42  # emulated"
        : $"Emulated code follows.\n\n```python\n# Emulated: {question.ReplaceLineEndings(" ")}\nprint(\"Hello, world!\")\n```\n\nIt prints a greeting.";

    private static string Look(string question) =>
        question.Contains("[[", StringComparison.Ordinal) ? "The emulated thing is at [[100,200,400,600]]." : "I see an emulated red cup on a table.";

    private static bool Thinks(EmulatedRequest request) =>
        request.Model.Contains("-z1", StringComparison.Ordinal) || request.Model.Contains("zero", StringComparison.Ordinal) || request.Model.Contains("thinking", StringComparison.Ordinal) ||
        (request.Body.TryGetProperty("thinking", out JsonElement thinking) && thinking.TryGetProperty("type", out JsonElement type) && type.GetString() == "enabled");

    private static bool WantsSearch(JsonElement body) =>
        body.TryGetProperty("tools", out JsonElement tools) && tools.EnumerateArray().Any(static tool => tool.TryGetProperty("web_search", out _));
}
