using System.Text.Json;
using VoiceGlm.Testing;

namespace VoiceGlm.LanguageModel.Tests;

/// <summary>A turn of the golden conversation: what went in, and what the official code answered.</summary>
internal sealed record RecordedTurn(SpeechToken[] Speech, string Prompt, TokenId[] PromptIds, TokenId[] Generated, string Text, SpeechToken[] Reply)
{
    public static RecordedTurn Read(string name)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Repository.Fixture("e2e", "manifest.json")));
        JsonElement turn = document.RootElement.GetProperty("turns").GetProperty(name);
        return new RecordedTurn(
            Integers("speech_tokens", static index => new SpeechToken(index)),
            turn.GetProperty("prompt").GetString()!,
            Integers("prompt_ids", static id => new TokenId(id)),
            Integers("generated", static id => new TokenId(id)),
            turn.GetProperty("text").GetString()!,
            Integers("audio_tokens", static index => new SpeechToken(index)));

        T[] Integers<T>(string key, Func<int, T> convert) => turn.GetProperty(key) is { ValueKind: JsonValueKind.Array } items
            ? [.. items.EnumerateArray().Select(static item => item.GetInt32()).Select(convert)]
            : [];
    }
}
