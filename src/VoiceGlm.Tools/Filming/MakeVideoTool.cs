using VoiceGlm.Tools.Glm;

namespace VoiceGlm.Tools.Filming;

/// <summary><c>make_video(prompt, image_ref?, orientation?, duration?)</c>: has a film made, by CogVideoX. It takes minutes, and is announced.</summary>
internal sealed class MakeVideoTool(GlmClient client, VideoJobs jobs) : ITool
{
    private const int MaxPromptLength = 512;

    /// <inheritdoc/>
    public string Name => "make_video";

    /// <inheritdoc/>
    public string Description => "Makes a short film of what is described, or of the picture that the user shows.";

    /// <inheritdoc/>
    public string Parameters => """
        {"type":"object","properties":{
          "prompt":{"type":"string","description":"What is to be seen, and what happens."},
          "image_ref":{"type":"string","description":"Any words, if the picture that the user shows is to move."},
          "orientation":{"type":"string","enum":["landscape","portrait","square"],"description":"The shape of the film."},
          "duration":{"type":"integer","enum":[5,10],"description":"Seconds."}},
        "required":["prompt"]}
        """;

    /// <inheritdoc/>
    public IReadOnlyList<string> TriggerPhrases => ["make a video", "make a film", "film", "做一段", "的视频", "让这张图动起来"];

    /// <inheritdoc/>
    public bool IsAvailable => client.Has(GlmRole.Video);

    /// <inheritdoc/>
    public ToolPolicy Policy => new() { IsKept = true, Timeout = TimeSpan.FromMinutes(2) };

    /// <inheritdoc/>
    public async ValueTask<ToolAnswer> RunAsync(ToolRun run, CancellationToken cancellationToken)
    {
        string prompt = run.Call.Words("prompt", "question", "text");
        if (prompt.Length == 0) return new ToolAnswer(run.Say("What shall the video show?", "视频里要有什么？"));
        if (prompt.Length > MaxPromptLength) prompt = prompt[..MaxPromptLength];
        string? image = run.Call.Words("image_ref").Length > 0 && run.Session.Image is { } shown ? client.ImageUrl(shown.MediaType, shown.Content.Span) : null;
        string orientation = run.Call.Words("orientation");
        int duration = run.Call.Number("duration", 5, 10) > 7 ? 10 : 5;
        VideoJob job = await jobs.SubmitAsync(
            run.Session, prompt,
            model => new VideoRequest(prompt, VideoSize.For(model, orientation)) { ImageUrl = image, Duration = VideoSize.HasDuration(model) ? duration : null }).ConfigureAwait(false);
        await run.Session.ShowAsync(job.Id, jobs.CardOf(job), cancellationToken).ConfigureAwait(false);
        return new ToolAnswer(run.Say("I am making your video. It takes two or three minutes; I tell you when it is ready.", "开始生成，大约需要两三分钟，好了我叫你。"));
    }
}
