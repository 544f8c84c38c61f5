using System.Runtime.CompilerServices;
using System.Text.Json;
using VoiceGlm.Tools.Glm;
using VoiceGlm.Tools.Results;

namespace VoiceGlm.Tools.Drawing;

/// <summary><c>draw_picture(prompt, orientation?, quality?)</c>: draws, by CogView.</summary>
internal sealed class DrawPictureTool(GlmClient client, SafeFetcher fetcher, ResultStore results, TimeProvider time) : ITool
{
    private const int MaxPromptLength = 800;
    private const int MaxBytes = 20 << 20;

    // What is said is short; pictures come out better from more words. But nobody waits long for words.
    private static readonly TimeSpan s_rewriteBudget = TimeSpan.FromSeconds(1.5);

    private const string Rewriter = """
        You turn what somebody asked for aloud into the prompt of an image model: one paragraph that keeps everything that was asked for, and adds subject, surroundings, light and
        style where nothing was said of them. Where the request changes the picture before, describe the changed picture whole. Answer with a JSON object of one member: "prompt".
        """;

    private readonly ConditionalWeakTable<IToolSession, string> _last = [];

    /// <inheritdoc/>
    public string Name => "draw_picture";

    /// <inheritdoc/>
    public string Description => "Draws a picture of what is described, or draws the last one otherwise.";

    /// <inheritdoc/>
    public string Parameters => """
        {"type":"object","properties":{
          "prompt":{"type":"string","description":"What is to be seen."},
          "orientation":{"type":"string","enum":["square","landscape","portrait"],"description":"The shape of the picture."},
          "quality":{"type":"string","enum":["standard","hd"],"description":"hd takes longer."}},
        "required":["prompt"]}
        """;

    /// <inheritdoc/>
    public IReadOnlyList<string> TriggerPhrases => ["draw", "paint", "make a picture of", "画", "生成一张"];

    /// <inheritdoc/>
    public bool IsAvailable => client.Has(GlmRole.Picture);

    /// <inheritdoc/>
    public ToolPolicy Policy => new()
    {
        Filler = ("I am drawing. It takes about ten seconds.", "正在画，大约十秒。"),
        Progress = ("I am still drawing.", "还在画。"),
        IsKept = true,
        Timeout = TimeSpan.FromMinutes(5),
    };

    /// <inheritdoc/>
    public async ValueTask<ToolAnswer> RunAsync(ToolRun run, CancellationToken cancellationToken)
    {
        string wanted = run.Call.Words("prompt", "question", "text");
        if (wanted.Length == 0) return new ToolAnswer(run.Say("What shall I draw?", "要画什么？"));
        if (wanted.Length > MaxPromptLength) wanted = wanted[..MaxPromptLength];
        string prompt = await RewriteAsync(run.Session, wanted, cancellationToken).ConfigureAwait(false);
        GlmCall call = GlmCall.Picture();
        PictureReply reply = await client.PostAsync(
            call,
            model => new PictureRequest(prompt, PictureSize.For(model, run.Call.Words("orientation"), wanted), run.Call.Words("quality") == "hd" ? "hd" : null) { Model = model, RequestId = call.RequestId },
            GlmJson.Default.PictureRequest, GlmJson.Default.PictureReply, cancellationToken).ConfigureAwait(false);
        if (reply.Data is not [var link, ..])
            throw new GlmException(reply.ContentFilter is { ValueKind: JsonValueKind.Array } ? GlmErrorKind.Moderated : GlmErrorKind.Malformed, "The answer has no picture.");
        string name;
        try
        {
            name = await KeepAsync(link, cancellationToken).ConfigureAwait(false);
        }
        catch (FetchException)
        {
            string sorry = run.Say("The picture was drawn, but I could not fetch it.", "图画好了，但是没有取到。");
            return new ToolAnswer(sorry, new Card.Notice(wanted, sorry));
        }

        _last.AddOrUpdate(run.Session, prompt);
        return new ToolAnswer(run.Say("Here is your picture.", "画好了，请看。"), new Card.Picture(wanted, prompt, ToolResults.PathOf(name)) { Source = client.Provider!.Name });
    }

    private Task<string> KeepAsync(PictureLink link, CancellationToken cancellationToken)
    {
        if (link.Url is { } url) return results.KeepAsync((file, token) => fetcher.FetchAsync(url, MediaTypes.Pictures, MaxBytes, client.Provider!.BaseAddress, file, token), cancellationToken);
        try
        {
            byte[] content = Convert.FromBase64String(link.B64Json ?? "");
            return MediaTypes.Sniff(content) is { } type && MediaTypes.Pictures.Contains(type) ? results.KeepAsync(type, content, cancellationToken) : throw new FetchException("Expected a picture in base64, found something else.");
        }
        catch (FormatException exception)
        {
            throw new FetchException("Expected a picture in base64, found something else.", exception);
        }
    }

    private async Task<string> RewriteAsync(IToolSession session, string wanted, CancellationToken cancellationToken)
    {
        if (!client.Has(GlmRole.Fast)) return wanted;
        using var budget = new CancellationTokenSource(s_rewriteBudget, time);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, budget.Token);
        string before = _last.TryGetValue(session, out string? last) ? $"The picture before: {last}\nThe request: {wanted}" : wanted;
        try
        {
            var request = new ChatRequest([ChatMessage.System(Rewriter), ChatMessage.User(before)]) { ResponseFormat = ResponseFormat.Object, Thinking = Thinking.Disabled, MaxTokens = 300 };
            ChatReply reply = await client.CompleteAsync(GlmCall.Chat(GlmRole.Fast), request, stopping.Token).ConfigureAwait(false);
            using JsonDocument answer = JsonDocument.Parse(reply.Text);
            string prompt = answer.RootElement.GetProperty("prompt").GetString()?.Trim() ?? "";
            return prompt.Length is > 0 and <= MaxPromptLength * 2 ? prompt : wanted;
        }
        catch (Exception exception) when (exception is GlmException or JsonException or KeyNotFoundException or InvalidOperationException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return wanted;
        }
    }
}
