using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace VoiceGlm.Tools.Glm;

/// <summary>A chat that is to go on, as the API reads it. What is <see langword="null"/> is not sent.</summary>
internal sealed record ChatRequest(IReadOnlyList<ChatMessage> Messages)
{
    /// <summary>The model; the client fills it in.</summary>
    public string Model { get; init; } = "";

    /// <summary>Whether the answer comes as it is made; the client fills it in.</summary>
    public bool Stream { get; init; }

    /// <summary>Id of the request, the same when it is sent again; the client fills it in.</summary>
    public string? RequestId { get; init; }

    /// <summary>Whether the model may think first.</summary>
    public Thinking? Thinking { get; init; }

    /// <summary>In [0, 1].</summary>
    public double? Temperature { get; init; }

    /// <summary>In [0.01, 1].</summary>
    public double? TopP { get; init; }

    /// <summary>Longest answer, in tokens.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>What the phone model wants.</summary>
    public double? FrequencyPenalty { get; init; }

    /// <summary>Words that end the answer.</summary>
    public IReadOnlyList<string>? Stop { get; init; }

    /// <summary>Functions that may be called, and searches.</summary>
    public JsonArray? Tools { get; init; }

    /// <summary>Whether the answer is to be a JSON object.</summary>
    public ResponseFormat? ResponseFormat { get; init; }

    /// <summary>CodeGeeX: what lies around the code that is wanted.</summary>
    public JsonObject? Extra { get; init; }

    /// <summary>How a server of open weights is told whether to think.</summary>
    public JsonObject? ChatTemplateKwargs { get; init; }

    /// <summary>The request as a server of a dialect reads it.</summary>
    public ChatRequest For(GlmDialect dialect, string model, bool stream, string requestId)
    {
        ChatRequest request = this with { Model = model, Stream = stream, RequestId = requestId };
        if (dialect == GlmDialect.Hosted) return request;
        JsonNode[] functions = [.. (Tools ?? []).Where(static tool => (string?)tool!["type"] == "function").Select(static tool => tool!.DeepClone())];
        return request with
        {
            RequestId = null,
            Extra = null,
            Thinking = null,
            ChatTemplateKwargs = Thinking is null ? null : new JsonObject { ["enable_thinking"] = Thinking.Type == Thinking.Enabled.Type },
            Tools = functions.Length > 0 ? new JsonArray(functions) : null,
        };
    }

    /// <summary>The request without the oldest message but the system's; <see langword="null"/> where none can be spared.</summary>
    public ChatRequest? Trimmed()
    {
        int oldest = Messages is [{ Role: "system" }, ..] ? 1 : 0;
        return Messages.Count - oldest < 2 ? null : this with { Messages = [.. Messages.Take(oldest), .. Messages.Skip(oldest + 1)] };
    }
}

/// <summary>Whether a model may think.</summary>
internal sealed record Thinking(string Type)
{
    public static Thinking Enabled { get; } = new("enabled");

    public static Thinking Disabled { get; } = new("disabled");
}

/// <summary>What form an answer is to have.</summary>
internal sealed record ResponseFormat(string Type)
{
    public static ResponseFormat Object { get; } = new("json_object");
}

/// <summary>One message of a chat.</summary>
/// <param name="Role"><c>system</c>, <c>user</c>, <c>assistant</c> or <c>tool</c>.</param>
/// <param name="Content">Its words, or its parts.</param>
internal sealed record ChatMessage(string Role, ChatContent Content)
{
    /// <summary>The call that a <c>tool</c> message answers.</summary>
    public string? ToolCallId { get; init; }

    /// <summary>The calls of an <c>assistant</c> message.</summary>
    public JsonArray? ToolCalls { get; init; }

    public static ChatMessage System(string text) => new("system", new ChatContent(text));

    public static ChatMessage User(string text) => new("user", new ChatContent(text));

    public static ChatMessage Assistant(string text) => new("assistant", new ChatContent(text));

    /// <summary>A picture and what is asked of it.</summary>
    /// <param name="imageUrl">An address, base64, or base64 in a data address, as the dialect has it.</param>
    /// <param name="text">What is asked.</param>
    public static ChatMessage User(string imageUrl, string text) => new("user", new ChatContent(text, imageUrl));
}

/// <summary>What a message says, and the picture that goes with it. On the wire: a string, an array of parts, or nothing.</summary>
/// <param name="Text">The words.</param>
/// <param name="ImageUrl">The picture.</param>
[JsonConverter(typeof(ChatContentConverter))]
internal sealed record ChatContent(string Text, string? ImageUrl = null);

/// <summary>Reads and writes a <see cref="ChatContent"/>.</summary>
internal sealed class ChatContentConverter : JsonConverter<ChatContent>
{
    /// <inheritdoc/>
    public override ChatContent? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using JsonDocument content = JsonDocument.ParseValue(ref reader);
        return content.RootElement.ValueKind switch
        {
            JsonValueKind.String => new ChatContent(content.RootElement.GetString()!),
            JsonValueKind.Array => new ChatContent(string.Concat(content.RootElement.EnumerateArray().Select(TextOf))),
            _ => null,
        };
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, ChatContent value, JsonSerializerOptions options)
    {
        if (value.ImageUrl is null)
        {
            writer.WriteStringValue(value.Text);
            return;
        }

        writer.WriteStartArray();
        writer.WriteStartObject();
        writer.WriteString("type", "image_url");
        writer.WriteStartObject("image_url");
        writer.WriteString("url", value.ImageUrl);
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteStartObject();
        writer.WriteString("type", "text");
        writer.WriteString("text", value.Text);
        writer.WriteEndObject();
        writer.WriteEndArray();
    }

    private static string TextOf(JsonElement part) =>
        part.ValueKind == JsonValueKind.Object && part.TryGetProperty("text", out JsonElement text) && text.ValueKind == JsonValueKind.String ? text.GetString()! : "";
}
