using VoiceGlm.Tools.Glm;

namespace VoiceGlm.Tools.Filming;

/// <summary><c>cancel_job(job_id?)</c>: stops waiting for a film, the last one where none is named.</summary>
internal sealed class CancelJobTool(GlmClient client, VideoJobs jobs) : ITool
{
    /// <inheritdoc/>
    public string Name => "cancel_job";

    /// <inheritdoc/>
    public string Description => "Stops the making of a film that is not wanted any more.";

    /// <inheritdoc/>
    public string Parameters => """{"type":"object","properties":{"job_id":{"type":"string","description":"The job; the last one, if it is not given."}}}""";

    /// <inheritdoc/>
    public IReadOnlyList<string> TriggerPhrases => ["cancel the video", "取消视频"];

    /// <inheritdoc/>
    public bool IsAvailable => client.Has(GlmRole.Video);

    /// <inheritdoc/>
    public async ValueTask<ToolAnswer> RunAsync(ToolRun run, CancellationToken cancellationToken)
    {
        if (jobs.Cancel(run.Session, run.Call.Words("job_id")) is not { } job) return new ToolAnswer(run.Say("There is no video in the making.", "没有正在做的视频。"));
        await run.Session.ShowAsync(job.Id, jobs.CardOf(job), cancellationToken).ConfigureAwait(false);
        return new ToolAnswer(run.Say("I do not wait for the video any more.", "好，这个视频不等了。"));
    }
}
