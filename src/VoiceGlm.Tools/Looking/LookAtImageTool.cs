using System.Globalization;
using System.Text.Json;
using VoiceGlm.Tools.Glm;
using VoiceGlm.Tools.Results;

namespace VoiceGlm.Tools.Looking;

/// <summary><c>look_at_image(question, task?)</c>: looks at the picture that the user shows, by CogVLM's successors: answers, finds, reads.</summary>
internal sealed class LookAtImageTool(GlmClient client, ResultStore results) : ITool
{
    /// <summary>Largest picture that the API takes.</summary>
    public const int MaxBytes = 5 << 20;

    private static readonly string[] s_findWords = ["where is", "where are", "find the", "find my", "locate", "在哪", "找出", "找到"];
    private static readonly string[] s_readWords = ["read this", "read the", "what does it say", "what does this say", "extract", "读出来", "读一下", "文字", "提取"];

    /// <inheritdoc/>
    public string Name => "look_at_image";

    /// <inheritdoc/>
    public string Description => "Looks at the picture or the camera that the user shows: answers a question about it, finds something in it, or reads a page.";

    /// <inheritdoc/>
    public string Parameters => """
        {"type":"object","properties":{
          "question":{"type":"string","description":"What is asked about the picture."},
          "task":{"type":"string","enum":["vqa","caption","ground","ocr"],"description":"vqa: answer; caption: describe; ground: tell where something is; ocr: read the text."}},
        "required":["question"]}
        """;

    /// <inheritdoc/>
    public IReadOnlyList<string> TriggerPhrases => ["look at", "what do you see", "what is in this picture", "read this document", "看看这张图", "看一下", "图里"];

    /// <inheritdoc/>
    public bool IsAvailable => client.Has(GlmRole.Vision);

    /// <inheritdoc/>
    public ToolPolicy Policy => new() { Filler = ("Let me look.", "我看看。") };

    /// <inheritdoc/>
    public async ValueTask<ToolAnswer> RunAsync(ToolRun run, CancellationToken cancellationToken)
    {
        if (run.Session.Image is not { } image) return new ToolAnswer(run.Say("I cannot see anything. Please show me a picture.", "我什么也看不到，请给我看一张图。"));
        if (image.Content.Length > MaxBytes) return new ToolAnswer(run.Say("The picture is too large. Please show me a smaller one.", "图片太大了，请换一张小一点的。"));
        if (MediaTypes.Sniff(image.Content.Span) is not { } type || !MediaTypes.Pictures.Contains(type)) return new ToolAnswer(run.Say("I cannot read that picture.", "这张图我读不了。"));
        string question = run.Call.Words("question", "prompt", "text");
        string task = run.Call.Words("task") is { Length: > 0 } given ? given : TaskOf(question);
        if (question.Length == 0) question = run.Say("What is in the picture?", "图里有什么？");
        string url = client.ImageUrl(type, image.Content.Span);
        string path = ToolResults.PathOf(await results.KeepAsync(type, image.Content, cancellationToken).ConfigureAwait(false));
        return task switch
        {
            "ocr" when client.Has(GlmRole.Ocr) && client.Provider!.Dialect == GlmDialect.Hosted => await ReadAsync(run, question, url, path, cancellationToken).ConfigureAwait(false),
            "ground" => await FindAsync(run, question, url, path, cancellationToken).ConfigureAwait(false),
            _ => await AnswerAsync(run, question, url, path, cancellationToken).ConfigureAwait(false),
        };
    }

    private async Task<ToolAnswer> AnswerAsync(ToolRun run, string question, string url, string path, CancellationToken cancellationToken)
    {
        string text = await AskAsync(question, url, cancellationToken).ConfigureAwait(false);
        string spoken = SpokenForm.Of(BoxParser.WithoutBoxes(text));
        return new ToolAnswer(spoken.Length > 0 ? spoken : run.Say("The answer is on the screen.", "答案在屏幕上。"), Look(question, text, path, BoxParser.Parse(text)));
    }

    private async Task<ToolAnswer> FindAsync(ToolRun run, string question, string url, string path, CancellationToken cancellationToken)
    {
        string text = await AskAsync($"{question}\nGive the place as [[x0,y0,x1,y1]], in thousandths of the picture's sides.", url, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<Box> boxes = BoxParser.Parse(text);
        string spoken = boxes.Count switch
        {
            0 => run.Say("I cannot find it in the picture.", "我在图里没有找到。"),
            1 => run.Say($"It is {BoxParser.Region(boxes[0], false)} of the picture.", $"在图的{BoxParser.Region(boxes[0], true)}。"),
            _ => run.Say(
                string.Create(CultureInfo.InvariantCulture, $"I found {boxes.Count}. The first is {BoxParser.Region(boxes[0], false)} of the picture."), $"找到 {boxes.Count} 处，第一处在图的{BoxParser.Region(boxes[0], true)}。"),
        };
        return new ToolAnswer(spoken, Look(question, BoxParser.WithoutBoxes(text).Trim(), path, boxes));
    }

    private async Task<ToolAnswer> ReadAsync(ToolRun run, string question, string url, string path, CancellationToken cancellationToken)
    {
        var call = new GlmCall("layout_parsing", GlmRole.Ocr) { HeaderTimeout = TimeSpan.FromSeconds(60) };
        JsonElement reply = await client.PostAsync(
            call, model => new LayoutRequest(url) { Model = model, RequestId = call.RequestId }, GlmJson.Default.LayoutRequest, GlmJson.Default.JsonElement, cancellationToken).ConfigureAwait(false);
        string markdown = reply.TryGetProperty("md_results", out JsonElement text) && text.ValueKind == JsonValueKind.String ? text.GetString()!.Trim() : "";
        if (markdown.Length == 0) return new ToolAnswer(run.Say("There is nothing to read.", "没有可以读的文字。"), Look(question, "", path, []));
        IReadOnlyList<Box> boxes = Layout.Boxes(reply);
        string first = SpokenForm.Of(markdown, 1);
        string count = run.Say(string.Create(CultureInfo.InvariantCulture, $"The page has {boxes.Count} parts."), $"共 {boxes.Count} 段。");
        return new ToolAnswer(first.Length > 0 ? $"{first} {count}" : count, Look(question, markdown, path, boxes));
    }

    private async Task<string> AskAsync(string question, string url, CancellationToken cancellationToken)
    {
        var request = new ChatRequest([ChatMessage.User(url, question)]) { Thinking = Thinking.Disabled };
        ChatReply reply = await client.CompleteAsync(GlmCall.Chat(GlmRole.Vision), request, cancellationToken).ConfigureAwait(false);
        return reply.Text.Length > 0 ? reply.Text : throw new GlmException(GlmErrorKind.Truncated, "The answer is empty.");
    }

    private Card.Look Look(string question, string markdown, string path, IReadOnlyList<Box> boxes) => new(question, markdown, path, boxes) { Source = client.Provider!.Name };

    private static string TaskOf(string question) =>
        s_findWords.Any(word => question.Contains(word, StringComparison.OrdinalIgnoreCase)) ? "ground"
        : s_readWords.Any(word => question.Contains(word, StringComparison.OrdinalIgnoreCase)) ? "ocr"
        : "vqa";
}
