using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace VoiceGlm.Tools.Routing;

/// <summary>Finds the tool that a request begins by asking for: cheap, and the same every time.</summary>
internal static partial class TriggerRules
{
    /// <summary>The call that a request is, by the longest of the phrases that it begins with after a polite word; <see langword="null"/> for none.</summary>
    public static ToolCall? Match(string request, IEnumerable<ITool> tools)
    {
        string words = Politeness().Replace(request.Trim(), "");
        (ITool Tool, string Phrase)? best = null;
        foreach (ITool tool in tools)
        {
            foreach (string phrase in tool.TriggerPhrases)
            {
                if (words.StartsWith(phrase, StringComparison.OrdinalIgnoreCase) && IsWholeWord(words, phrase) && phrase.Length > (best?.Phrase.Length ?? 0)) best = (tool, phrase);
            }
        }

        if (best is not { } found) return null;
        string argument = ArgumentOf(found.Tool);
        if (argument.Length == 0) return new ToolCall(found.Tool.Name, JsonDocument.Parse("{}").RootElement);
        // A task is understood whole; a prompt or a question is what follows the phrase.
        string rest = Joint().Replace(words[found.Phrase.Length..], "").Trim();
        string value = argument == "task" || rest.Length == 0 ? request.Trim() : rest;
        return new ToolCall(found.Tool.Name, JsonSerializer.SerializeToElement(new JsonObject { [argument] = value }));
    }

    // The first argument that a tool cannot do without.
    private static string ArgumentOf(ITool tool)
    {
        using JsonDocument schema = JsonDocument.Parse(tool.Parameters);
        return schema.RootElement.TryGetProperty("required", out JsonElement required) && required.GetArrayLength() > 0 ? required[0].GetString()! : "";
    }

    private static bool IsWholeWord(string words, string phrase) => words.Length == phrase.Length || !char.IsAsciiLetter(phrase[^1]) || !char.IsAsciiLetter(words[phrase.Length]);

    [GeneratedRegex(@"^(?:(?:please|can you|could you|would you|i want you to|i'd like you to|now|请你?|帮我|给我|能不能|麻烦你?|你)[\s,，]*)+", RegexOptions.IgnoreCase)]
    private static partial Regex Politeness();

    [GeneratedRegex(@"^[\s,，:：.。]*(?:(?:about|me|of)\b)?[\s,，:：]*|[\s.。?？]+$", RegexOptions.IgnoreCase)]
    private static partial Regex Joint();
}
