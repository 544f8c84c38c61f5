using VoiceGlm.Tools.Glm;

namespace VoiceGlm.Tools.Filming;

/// <summary><c>job_status(job_id?)</c>: tells how a film stands, the last one where none is named.</summary>
internal sealed class JobStatusTool(GlmClient client, VideoJobs jobs) : ITool
{
    /// <inheritdoc/>
    public string Name => "job_status";

    /// <inheritdoc/>
    public string Description => "Tells whether a film that is being made is ready.";

    /// <inheritdoc/>
    public string Parameters => """{"type":"object","properties":{"job_id":{"type":"string","description":"The job; the last one, if it is not given."}}}""";

    /// <inheritdoc/>
    public IReadOnlyList<string> TriggerPhrases => ["is the video ready", "is my video ready", "视频好了吗"];

    /// <inheritdoc/>
    public bool IsAvailable => client.Has(GlmRole.Video);

    /// <inheritdoc/>
    public async ValueTask<ToolAnswer> RunAsync(ToolRun run, CancellationToken cancellationToken)
    {
        if (jobs.Find(run.Session, run.Call.Words("job_id")) is not { } job) return new ToolAnswer(run.Say("There is no video in the making.", "没有正在做的视频。"));
        await run.Session.ShowAsync(job.Id, jobs.CardOf(job), cancellationToken).ConfigureAwait(false);
        return new ToolAnswer(job.State switch
        {
            JobState.Succeeded => run.Say("Your video is ready.", "视频好了。"),
            JobState.Failed => run.Say("The video did not work out.", "视频没有做成。"),
            JobState.Cancelled => run.Say("You did not want that video any more.", "这个视频已经取消了。"),
            _ => run.Say("Your video is still in the making.", "视频还在做。"),
        });
    }
}
