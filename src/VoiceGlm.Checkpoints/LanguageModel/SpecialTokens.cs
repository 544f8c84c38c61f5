using System.Globalization;
using System.Text.Json;

namespace VoiceGlm.Checkpoints;

/// <summary>The special tokens of a checkpoint's <c>tokenizer_config.json</c>, with the run of speech tokens told apart.</summary>
/// <param name="ByName">The special tokens but the speech tokens.</param>
/// <param name="FirstSpeechToken">Id of <c>&lt;|audio_0|&gt;</c>.</param>
/// <param name="SpeechTokenCount">Number of speech tokens; their ids follow one another.</param>
internal sealed record SpecialTokens(IReadOnlyDictionary<string, int> ByName, int FirstSpeechToken, int SpeechTokenCount)
{
    private const string Key = "added_tokens_decoder";

    /// <summary>Reads the tokens.</summary>
    /// <exception cref="ModelLoadException">The file is missing or not valid, or its speech tokens do not follow one another.</exception>
    public static SpecialTokens Read(string path)
    {
        if (!File.Exists(path)) throw new ModelLoadException(path, "the tokenizer's special tokens", "no such file");
        var tokens = new Dictionary<string, int>();
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            foreach (JsonProperty token in document.RootElement.GetProperty(Key).EnumerateObject())
            {
                tokens.Add(token.Value.GetProperty("content").GetString()!, int.Parse(token.Name, CultureInfo.InvariantCulture));
            }
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or FormatException or InvalidOperationException or ArgumentException)
        {
            throw new ModelLoadException(path, $"'{Key}' with an id and a 'content' for every token", $"another layout ({exception.Message})", exception);
        }

        if (!tokens.TryGetValue("<|audio_0|>", out int first)) throw new ModelLoadException($"{path}: {Key}", "the speech token <|audio_0|>", "no such token");
        int count = 0;
        for (; tokens.TryGetValue($"<|audio_{count}|>", out int id); count++)
        {
            if (id != first + count) throw new ModelLoadException($"{path}: {Key}", $"<|audio_{count}|> with id {first + count}", $"id {id}");
            tokens.Remove($"<|audio_{count}|>");
        }

        return new SpecialTokens(tokens, first, count);
    }
}
