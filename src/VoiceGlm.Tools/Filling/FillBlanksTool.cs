using System.Text.Json;
using VoiceGlm.Tools.Glm;

namespace VoiceGlm.Tools.Filling;

/// <summary><c>fill_blanks(text)</c>: fills the blanks of a text, by a server of GLM's own weights; without one by GLM-4, which is told on the card.</summary>
internal sealed class FillBlanksTool(GlmClient client) : ITool
{
    private const int MaxNewTokens = 256;

    private const string System = """
        Every mark in the text stands for something that is missing: [MASK] for a few words, [sMASK] for one sentence, [gMASK] for what follows, at most three sentences. Answer
        with a JSON object of one member: "fills", an array of strings, what is missing for each mark in order. Keep to the language of the text.
        """;

    /// <inheritdoc/>
    public string Name => "fill_blanks";

    /// <inheritdoc/>
    public string Description => "Fills the blanks of a text, or goes on with it.";

    /// <inheritdoc/>
    public string Parameters => """
        {"type":"object","properties":{
          "text":{"type":"string","description":"The text; a blank is __ or [MASK] (a few words), [sMASK] (a sentence) or [gMASK] (what follows)."}},
        "required":["text"]}
        """;

    /// <inheritdoc/>
    public IReadOnlyList<string> TriggerPhrases => ["fill in the blank", "fill the blank", "填空", "补一句", "接着写"];

    /// <inheritdoc/>
    public bool IsAvailable => client.Has(GlmRole.Text);

    /// <inheritdoc/>
    public async ValueTask<ToolAnswer> RunAsync(ToolRun run, CancellationToken cancellationToken)
    {
        string words = run.Call.Words("text", "question", "prompt");
        if (words.Length == 0) return new ToolAnswer(run.Say("Which text shall I fill in?", "要填哪段文字？"));
        BlankText text = BlankText.Of(words);
        bool isEmulated = client.Provider!.InfillAddress is null;
        IReadOnlyList<string> fills = isEmulated ? await AskAsync(text, cancellationToken).ConfigureAwait(false) : await InfillAsync(text, cancellationToken).ConfigureAwait(false);
        if (fills.All(static fill => fill.Length == 0)) throw new GlmException(GlmErrorKind.Truncated, "The answer fills nothing.");
        IReadOnlyList<BlankPart> parts = text.Fill(fills);
        // What follows may be long: its beginning is enough to hear.
        string spoken = text.Marks is ["[gMASK]"] ? SpokenForm.Of(fills[0], 1) : SpokenForm.Of(string.Concat(parts.Select(static part => part.Text)));
        return new ToolAnswer(spoken, new Card.Blanks(words, parts, isEmulated) { Source = client.Provider.Name });
    }

    private async Task<IReadOnlyList<string>> InfillAsync(BlankText text, CancellationToken cancellationToken)
    {
        InfillReply reply = await client.PostAsync(
            new GlmCall(client.Provider!.InfillAddress!.AbsoluteUri, GlmRole.Text), _ => new InfillRequest(text.Text, MaxNewTokens), GlmJson.Default.InfillRequest, GlmJson.Default.InfillReply,
            cancellationToken).ConfigureAwait(false);
        return [.. (reply.Fills ?? []).OrderBy(static fill => fill.Index).Select(static fill => BlankText.Clean(fill.Text))];
    }

    private async Task<IReadOnlyList<string>> AskAsync(BlankText text, CancellationToken cancellationToken)
    {
        var request = new ChatRequest([ChatMessage.System(System), ChatMessage.User(text.Text)]) { ResponseFormat = ResponseFormat.Object, Thinking = Thinking.Disabled };
        ChatReply reply = await client.CompleteAsync(GlmCall.Chat(GlmRole.Text), request, cancellationToken).ConfigureAwait(false);
        try
        {
            using JsonDocument answer = JsonDocument.Parse(reply.Text);
            return answer.RootElement.ValueKind == JsonValueKind.Object && answer.RootElement.TryGetProperty("fills", out JsonElement fills) && fills.ValueKind == JsonValueKind.Array
                ? [.. fills.EnumerateArray().Select(static fill => fill.ValueKind == JsonValueKind.String ? BlankText.Clean(fill.GetString()) : "")]
                : [];
        }
        catch (JsonException exception)
        {
            throw new GlmException(GlmErrorKind.Malformed, "The answer is no JSON object.", exception);
        }
    }
}
