using System.Text.Json;
using System.Text.RegularExpressions;

namespace VoiceGlm;

/// <summary>Does what the model asks for in mid-conversation: draws, looks things up. Thread-safe.</summary>
public interface IToolRouter
{
    /// <summary>Runs a tool. What goes wrong is an answer too, a sentence to be said; only cancellation throws.</summary>
    /// <param name="toolCall">What the model asks for. It is data of a stranger: the user's words led to it.</param>
    /// <param name="session">The conversation that it works for.</param>
    /// <param name="cancellationToken">The turn has ended: nobody waits for the answer any more. A tool whose work would be lost goes on, and has its answer announced.</param>
    ValueTask<ToolAnswer> CallAsync(ToolCall toolCall, IToolSession session, CancellationToken cancellationToken);

    /// <summary>What is said while a tool works, so that there is no silence.</summary>
    /// <param name="toolCall">What the model asks for.</param>
    /// <param name="language"><c>en</c> or <c>zh</c>.</param>
    /// <returns>The fillers in order; none for a tool that is let work in silence.</returns>
    IReadOnlyList<ToolFiller> FillersOf(ToolCall toolCall, string language) => [];
}

/// <summary>Something that is said while a tool works.</summary>
/// <param name="After">How long nothing was said before.</param>
/// <param name="Words">A few words.</param>
public sealed record ToolFiller(TimeSpan After, string Words);

/// <summary>What the model asks a tool for.</summary>
/// <param name="Name">Name of the tool.</param>
/// <param name="Arguments">A JSON object.</param>
public sealed partial record ToolCall(string Name, JsonElement Arguments)
{
    /// <summary>Reads a reply that is a call: the tool's name, a line break, and its arguments as a JSON object.</summary>
    /// <param name="reply">The whole text of a reply without speech.</param>
    /// <returns>The call, or <see langword="null"/> where the reply is words.</returns>
    /// <remarks>The form of GLM-4's function calls (THUDM/GLM-4, the model's chat template).</remarks>
    public static ToolCall? Parse(string reply)
    {
        Match call = Form().Match(reply);
        if (!call.Success) return null;
        try
        {
            using JsonDocument arguments = JsonDocument.Parse(call.Groups["arguments"].Value);
            return new ToolCall(call.Groups["name"].Value, arguments.RootElement.Clone());
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>An argument that is a string, or an empty one.</summary>
    public string Text(string argument) =>
        Arguments.TryGetProperty(argument, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    [GeneratedRegex(@"^\s*(?<name>[A-Za-z_][A-Za-z0-9_.-]{0,63})\n(?<arguments>\{.*\})\s*$", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Form();
}

/// <summary>What a tool answers.</summary>
/// <param name="Spoken">What the model says of it: a sentence or two.</param>
/// <param name="Card">What a page shows of it; perhaps nothing.</param>
public sealed record ToolAnswer(string Spoken, Card? Card = null);
