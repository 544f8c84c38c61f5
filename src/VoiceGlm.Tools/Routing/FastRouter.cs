using System.Text.Json;
using System.Text.Json.Nodes;
using VoiceGlm.Tools.Glm;

namespace VoiceGlm.Tools.Routing;

/// <summary>Has a fast GLM choose the tool that a request asks for, within a time in which the reply would hardly have begun. Thread-safe.</summary>
internal sealed class FastRouter(GlmClient client, TimeProvider time)
{
    private const string System = """
        You decide whether what somebody said to a voice assistant asks for one of the functions. If it clearly does, call that function and nothing else. If it is talk, or a question that
        the assistant can answer by itself, answer with the word: no.
        """;

    /// <summary>How long it may take.</summary>
    public static readonly TimeSpan Budget = TimeSpan.FromSeconds(1.5);

    /// <summary>The call; <see langword="null"/> where none is asked for, or it is not known in time.</summary>
    public async ValueTask<ToolCall?> ChooseAsync(string request, IReadOnlyCollection<ITool> tools, CancellationToken cancellationToken)
    {
        if (!client.Has(GlmRole.Fast)) return null;
        using var budget = new CancellationTokenSource(Budget, time);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, budget.Token);
        List<ChatMessage> messages = [ChatMessage.System(System), ChatMessage.User(request)];
        try
        {
            // Arguments that are no JSON are told to the model, once.
            for (int attempt = 0; attempt < 2; attempt++)
            {
                var chat = new ChatRequest([.. messages]) { Tools = Functions(tools), Thinking = Thinking.Disabled };
                ChatReply reply = await client.CompleteAsync(GlmCall.Chat(GlmRole.Fast), chat, stopping.Token).ConfigureAwait(false);
                if (reply.Calls is not [var call, ..] || tools.All(tool => tool.Name != call.Name)) return null;
                if (Parse(call.Arguments) is { } arguments) return new ToolCall(call.Name, arguments);
                messages.Add(new ChatMessage("assistant", new ChatContent("")) { ToolCalls = [Wire(call)] });
                messages.Add(new ChatMessage("tool", new ChatContent("The arguments are not a JSON object. Call the function again.")) { ToolCallId = call.Id });
            }

            return null;
        }
        catch (GlmException)
        {
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private static JsonArray Functions(IReadOnlyCollection<ITool> tools) =>
    [
        .. tools.Select(static tool => (JsonNode)new JsonObject
        {
            ["type"] = "function",
            ["function"] = new JsonObject { ["name"] = tool.Name, ["description"] = tool.Description, ["parameters"] = JsonNode.Parse(tool.Parameters) },
        }),
    ];

    private static JsonObject Wire(ChatCall call) => new()
    {
        ["id"] = call.Id,
        ["type"] = "function",
        ["function"] = new JsonObject { ["name"] = call.Name, ["arguments"] = call.Arguments },
    };

    private static JsonElement? Parse(string arguments)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(arguments);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
