using System.Globalization;
using VoiceGlm.Tools.Glm;

namespace VoiceGlm.Tools.Coding;

/// <summary>
/// <c>write_code(task?, mode?, code?, prefix?, suffix?, language?, target_language?, candidates?)</c>: writes code and works on it, by CodeGeeX.
/// The code is shown, never said.
/// </summary>
internal sealed class WriteCodeTool(GlmClient client) : ITool
{
    private const int MaxCandidates = 3;
    private const int MaxCompletionTokens = 512;

    private static readonly string[] s_stop = ["<|endoftext|>", "<|user|>", "<|assistant|>", "<|observation|>"];

    /// <inheritdoc/>
    public string Name => "write_code";

    /// <inheritdoc/>
    public string Description => "Writes code, completes it, translates it, explains, comments, reviews, mends or tests it.";

    /// <inheritdoc/>
    public string Parameters => """
        {"type":"object","properties":{
          "task":{"type":"string","description":"What is wanted, in words."},
          "mode":{"type":"string","enum":["generate","complete","translate","explain","comment","review","fix","test"],"description":"What is to be done. generate, if nothing else was asked for."},
          "code":{"type":"string","description":"The code that it is about."},
          "prefix":{"type":"string","description":"For complete: the code before the place."},
          "suffix":{"type":"string","description":"For complete: the code behind the place."},
          "language":{"type":"string","description":"The language of the code."},
          "target_language":{"type":"string","description":"For translate: the language that is wanted."},
          "candidates":{"type":"integer","minimum":1,"maximum":3,"description":"How many to choose from."}},
        "required":["task"]}
        """;

    /// <inheritdoc/>
    public IReadOnlyList<string> TriggerPhrases => ["write code", "write a program", "write a function", "write a script", "写一个", "写一段代码", "翻译成", "补全"];

    /// <inheritdoc/>
    public bool IsAvailable => client.Has(GlmRole.Code);

    /// <inheritdoc/>
    public ToolPolicy Policy => new() { Filler = ("I am writing the code.", "正在写代码。"), Progress = ("I am still writing.", "还在写。"), Timeout = TimeSpan.FromMinutes(2) };

    /// <inheritdoc/>
    public async ValueTask<ToolAnswer> RunAsync(ToolRun run, CancellationToken cancellationToken)
    {
        string task = run.Call.Words("task", "prompt", "question", "text");
        string code = run.Call.Words("code");
        // Spaces and line ends are part of these.
        string prefix = run.Call.Text("prefix");
        string mode = CodeTask.Modes.Contains(run.Call.Words("mode")) ? run.Call.Words("mode") : prefix.Length > 0 ? "complete" : "generate";
        if (task.Length == 0 && code.Length == 0 && prefix.Length == 0) return new ToolAnswer(run.Say("What shall I write?", "要写什么代码？"));
        string language = run.Call.Words("language") is { Length: > 0 } given ? given : CodeLanguage.In(task);
        int candidates = run.Call.Number("candidates", 1, MaxCandidates);
        if (mode == "complete") return Tell(run, task, mode, language, await CompleteAsync(run, new FillInMiddle(language, prefix, run.Call.Text("suffix")), task, candidates, cancellationToken).ConfigureAwait(false));

        string target = run.Call.Words("target_language") is { Length: > 0 } wanted ? wanted : mode == "translate" ? CodeLanguage.In(task) : "";
        string system = CodeTask.System(mode, target, run.IsChinese);
        string user = code.Length > 0 ? $"{code}\n\n{task}" : language.Length > 0 && !task.Contains(language, StringComparison.OrdinalIgnoreCase) ? $"{task}\n({language})" : task;
        var request = new ChatRequest([ChatMessage.System(system), ChatMessage.User(user)]) { Thinking = Thinking.Disabled, Stop = client.Provider!.Dialect == GlmDialect.Hosted ? s_stop : null };
        string[] answers = await AskAsync(request, candidates, cancellationToken).ConfigureAwait(false);
        return Tell(run, task, mode, target.Length > 0 ? target : language, answers);
    }

    // The hosted API has no number of answers: it is asked as often.
    private async Task<string[]> AskAsync(ChatRequest request, int candidates, CancellationToken cancellationToken)
    {
        ChatReply[] replies = await Task.WhenAll(Enumerable.Range(0, candidates).Select(_ => StreamAsync(request, cancellationToken))).ConfigureAwait(false);
        return [.. replies.Select(static reply => reply.Text).Where(static text => text.Length > 0).Distinct()];
    }

    private async Task<ChatReply> StreamAsync(ChatRequest request, CancellationToken cancellationToken)
    {
        ChatReply reply = new();
        await foreach (ChatPart part in client.StreamAsync(GlmCall.Chat(GlmRole.Code), request, cancellationToken).ConfigureAwait(false))
        {
            if (part is ChatPart.End end) reply = end.Reply;
        }

        return reply;
    }

    private async Task<string[]> CompleteAsync(ToolRun run, FillInMiddle gap, string task, int candidates, CancellationToken cancellationToken)
    {
        if (client.Provider!.CodeCompletionAddress is { } address)
        {
            // Raw: a chat's template would wrap the prompt once more.
            ChatWire wire = await client.PostAsync(
                new GlmCall(address.AbsoluteUri, GlmRole.Code), model => new CompletionRequest(model, gap.ToPrompt(), MaxCompletionTokens, candidates, s_stop),
                GlmJson.Default.CompletionRequest, GlmJson.Default.ChatWire, cancellationToken).ConfigureAwait(false);
            return [.. (wire.Choices ?? []).Select(static choice => choice.Text ?? "").Where(static text => text.Length > 0).Distinct()];
        }

        bool isCodeGeeX = client.Provider.Dialect == GlmDialect.Hosted && client.Provider.ModelsFor(GlmRole.Code)[0].StartsWith("codegeex", StringComparison.Ordinal);
        var request = new ChatRequest([ChatMessage.System(CodeTask.System("complete", "", run.IsChinese)), ChatMessage.User($"{task}\n\n{gap.Prefix}<MISSING>{gap.Suffix}".TrimStart('\n'))])
        {
            Thinking = Thinking.Disabled,
            Extra = isCodeGeeX ? gap.ToExtra() : null,
        };
        return await AskAsync(request, candidates, cancellationToken).ConfigureAwait(false);
    }

    private ToolAnswer Tell(ToolRun run, string task, string mode, string language, string[] answers)
    {
        if (answers.Length == 0) throw new GlmException(GlmErrorKind.Truncated, "The answer has no code.");
        string title = task.Length > 0 ? task : mode;
        string onScreen = run.Say("The code is on the screen.", "代码在屏幕上。");
        if (CodeTask.IsWords(mode))
            return new ToolAnswer(SpokenForm.Of(answers[0], 1), new Card.Text(title, answers[0], []) { Source = client.Provider!.Name });
        if (CodeText.Files(answers[0]) is { Count: > 0 } files)
        {
            string names = string.Join('\n', files.Select(static file => $"- `{file.Path}`"));
            return new ToolAnswer(onScreen, new Card.Code(title, CodeLanguage.TagOf(language), [.. files.Select(static file => file.Code)], names) { Source = client.Provider!.Name });
        }

        CodeText[] codes = [.. answers.Select(CodeText.Of)];
        string tag = codes[0].Language.Length > 0 ? codes[0].Language : CodeLanguage.TagOf(language);
        string said = SpokenForm.Of(codes[0].Rest, 1);
        string number = codes.Length > 1 ? run.Say(string.Create(CultureInfo.InvariantCulture, $"There are {codes.Length} versions on the screen."), $"屏幕上有 {codes.Length} 个候选。") : onScreen;
        string spoken = said.Length > 0 ? $"{said}{(run.IsChinese ? "" : " ")}{number}" : number;
        return new ToolAnswer(spoken, new Card.Code(title, tag, [.. codes.Select(static code => code.Code)], codes[0].Rest) { Source = client.Provider!.Name });
    }
}
