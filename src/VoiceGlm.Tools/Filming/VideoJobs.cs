using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using VoiceGlm.Tools.Glm;
using VoiceGlm.Tools.Results;

namespace VoiceGlm.Tools.Filming;

/// <summary>
/// Has films made, each submitted once whatever happens, and waits for them, also those that were begun before a restart. A job belongs to its
/// conversation, not to the turn that asked. Thread-safe.
/// </summary>
internal sealed partial class VideoJobs : IHostedService, IDisposable
{
    private const int MaxBytes = 200 << 20;
    private const int MaxPosterBytes = 20 << 20;
    private const int MaxStumbles = 5;

    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(10);

    private readonly GlmClient _client;
    private readonly JobJournal _journal;
    private readonly SafeFetcher _fetcher;
    private readonly ResultStore _results;
    private readonly TimeProvider _time;
    private readonly ILogger<VideoJobs> _logger;
    private readonly ConcurrentDictionary<string, Watched> _jobs = new();
    private readonly CancellationTokenSource _stopping = new();

    public VideoJobs(GlmClient client, JobJournal journal, SafeFetcher fetcher, ResultStore results, TimeProvider time, ILogger<VideoJobs> logger)
    {
        _client = client;
        _journal = journal;
        _fetcher = fetcher;
        _results = results;
        _time = time;
        _logger = logger;
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (!_client.Has(GlmRole.Video)) return Task.CompletedTask;
        foreach (VideoJob job in _journal.Read())
        {
            var watched = new Watched(job, null);
            _jobs[job.Id] = watched;
            // Whether the service had taken it cannot be known; asked again, it might make the film twice.
            if (job.Step == VideoJobStep.Submitting) Change(watched, watched.Job with { Step = VideoJobStep.Failed, Failure = "The service was restarted while the film was asked for." });
            else if (job.Step == VideoJobStep.Running) Watch(watched);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_jobs.Values.Select(static job => job.Watching)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stopping.Dispose();
        foreach (Watched watched in _jobs.Values) watched.Dispose();
    }

    /// <summary>Asks for a film.</summary>
    /// <param name="session">The conversation that asks.</param>
    /// <param name="prompt">What is to be seen.</param>
    /// <param name="request">Makes the request for a model.</param>
    /// <returns>The job, which is under way.</returns>
    /// <exception cref="GlmException">It was not taken, or nobody knows.</exception>
    public async Task<VideoJob> SubmitAsync(IToolSession session, string prompt, Func<string, VideoRequest> request)
    {
        string id = RandomNumberGenerator.GetHexString(32, lowercase: true);
        var watched = new Watched(new VideoJob(id, session.Id.Value, prompt, _time.GetUtcNow(), VideoJobStep.Submitting), session);
        _journal.Write(watched.Job);
        _jobs[id] = watched;
        try
        {
            // Not the turn's token: a request that was sent is not taken back by hanging up.
            JobReply reply = await _client.PostAsync(
                GlmCall.Video(id), model => request(model) with { Model = model, RequestId = id }, GlmJson.Default.VideoRequest, GlmJson.Default.JobReply, _stopping.Token).ConfigureAwait(false);
            if (string.IsNullOrEmpty(reply.Id)) throw new GlmException(GlmErrorKind.Malformed, "The job was taken without a name.");
            if (reply.TaskStatus == "FAIL") VideoResult.Of(reply);
            Change(watched, watched.Job with { Step = VideoJobStep.Running, TaskId = reply.Id });
        }
        catch (GlmException failed)
        {
            Change(watched, watched.Job with { Step = VideoJobStep.Failed, Failure = failed.Message });
            throw;
        }

        Watch(watched);
        return watched.Job;
    }

    /// <summary>The job of a name, or the last one of a conversation; <see langword="null"/> for none.</summary>
    public VideoJob? Find(IToolSession session, string id) => FindWatched(session, id)?.Job;

    /// <summary>Stops waiting for a job. The service goes on making the film: it cannot be told not to.</summary>
    /// <returns>The job, or <see langword="null"/> where there is none that is open.</returns>
    public VideoJob? Cancel(IToolSession session, string id)
    {
        if (FindWatched(session, id) is not { Job.IsOpen: true } watched) return null;
        Change(watched, watched.Job with { Step = VideoJobStep.Cancelled });
        watched.Stop();
        return watched.Job;
    }

    /// <summary>What a page shows of a job.</summary>
    public Card.Video CardOf(VideoJob job) => new(job.Prompt, job.Id, job.State, _time.GetUtcNow() - job.Begun, Url(job.Film), Url(job.Poster)) { Source = _client.Provider!.Name };

    private static string? Url(string? name) => name is null ? null : ToolResults.PathOf(name);

    // Who knows the name of a job may see it: it cannot be guessed.
    private Watched? FindWatched(IToolSession session, string id) => id.Length > 0 && _jobs.TryGetValue(id, out Watched? named)
        ? named
        : _jobs.Values.Where(watched => watched.Job.Session == session.Id.Value).MaxBy(static watched => watched.Job.Begun);

    private void Watch(Watched watched) => watched.Watching = WatchAsync(watched, watched.Begin(_stopping.Token));

    private async Task WatchAsync(Watched watched, CancellationToken cancellationToken)
    {
        await Task.Yield();
        try
        {
            VideoResult result = await PollAsync(watched, cancellationToken).ConfigureAwait(false);
            // Its address does not last.
            string film = await FetchAsync(result.Film, MediaTypes.Videos, MaxBytes, cancellationToken).ConfigureAwait(false);
            string? poster = null;
            try
            {
                if (result.Poster is not null) poster = await FetchAsync(result.Poster, MediaTypes.Pictures, MaxPosterBytes, cancellationToken).ConfigureAwait(false);
            }
            catch (FetchException)
            {
                // The film is what counts.
            }

            Change(watched, watched.Job with { Step = VideoJobStep.Succeeded, Film = film, Poster = poster });
            await TellAsync(watched, "Your video is ready.", "视频好了。").ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Cancelled, or the service stops and goes on with it later.
        }
        catch (GlmException failed)
        {
            Change(watched, watched.Job with { Step = VideoJobStep.Failed, Failure = failed.Message });
            bool isModerated = failed.Kind == GlmErrorKind.Moderated;
            await TellAsync(watched, isModerated ? "I cannot make that video." : "The video did not work out.", isModerated ? "这个视频我不能做。" : "视频没有做成。").ConfigureAwait(false);
        }
#pragma warning disable CA1031 // A job that fails for whatever reason is told, and ends.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogFailed(_logger, watched.Job.Id, exception);
            Change(watched, watched.Job with { Step = VideoJobStep.Failed, Failure = exception.Message });
            await TellAsync(watched, "The video was made, but I could not fetch it.", "视频做好了，但是没有取到。").ConfigureAwait(false);
        }
    }

    private async Task<VideoResult> PollAsync(Watched watched, CancellationToken cancellationToken)
    {
        int stumbles = 0;
        for (int poll = 0; _time.GetUtcNow() - watched.Job.Begun < s_longest; poll++)
        {
            await Task.Delay(TimeSpan.FromSeconds(poll switch { 0 => 2, 1 => 3, _ => 5 }), _time, cancellationToken).ConfigureAwait(false);
            JobReply reply;
            try
            {
                reply = await _client.PollAsync(watched.Job.TaskId!, cancellationToken).ConfigureAwait(false);
                stumbles = 0;
            }
            catch (GlmException failed) when ((failed.Error.IsOutage || failed.Kind == GlmErrorKind.Busy) && ++stumbles <= MaxStumbles)
            {
                continue;
            }

            if (VideoResult.Of(reply) is { } result) return result;
            await ShowAsync(watched).ConfigureAwait(false);
        }

        throw new GlmException(GlmErrorKind.Timeout, $"The film was not made within {s_longest.TotalMinutes:F0} minutes.");
    }

    private Task<string> FetchAsync(Uri address, IReadOnlyList<string> types, long maxBytes, CancellationToken cancellationToken) =>
        _results.KeepAsync((file, token) => _fetcher.FetchAsync(address, types, maxBytes, _client.Provider!.BaseAddress, file, token), cancellationToken);

    private void Change(Watched watched, VideoJob next)
    {
        _journal.Write(next);
        watched.Job = next;
        LogStep(_logger, next.Id, next.Step);
    }

    private async ValueTask TellAsync(Watched watched, string english, string chinese)
    {
        await ShowAsync(watched).ConfigureAwait(false);
        if (watched.Session is { Ended.IsCancellationRequested: false } session) session.Announce(session.Language == "zh" ? chinese : english);
    }

    private async ValueTask ShowAsync(Watched watched)
    {
        if (watched.Session is not { Ended.IsCancellationRequested: false } session) return;
        try
        {
            await session.ShowAsync(watched.Job.Id, CardOf(watched.Job), session.Ended).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Nobody looks any more; the job goes on.
        }
    }

    [LoggerMessage(9120, LogLevel.Information, "Film {Job}: {Step}", EventName = "VideoJobStep")]
    private static partial void LogStep(ILogger logger, string job, VideoJobStep step);

    [LoggerMessage(9121, LogLevel.Error, "Film {Job} failed", EventName = "VideoJobFailed")]
    private static partial void LogFailed(ILogger logger, string job, Exception exception);

    private sealed class Watched(VideoJob job, IToolSession? session) : IDisposable
    {
        private CancellationTokenSource? _stop;
        private VideoJob _job = job;

        public VideoJob Job
        {
            get => Volatile.Read(ref _job);
            set => Volatile.Write(ref _job, value);
        }

        public IToolSession? Session => session;

        public Task Watching { get; set; } = Task.CompletedTask;

        public CancellationToken Begin(CancellationToken stopping)
        {
            _stop = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            return _stop.Token;
        }

        public void Stop() => _stop?.Cancel();

        public void Dispose() => _stop?.Dispose();
    }
}
