using GlmApiEmulator;
using Microsoft.Extensions.Options;
using VoiceGlm.Testing;
using VoiceGlm.Tools.Filming;
using VoiceGlm.Tools.Glm;
using VoiceGlm.Tools.Results;
using VoiceGlm.Tools.Tests.Glm;

namespace VoiceGlm.Tools.Tests.Filming;

/// <summary>Corpus I.</summary>
public sealed class VideoTests
{
    private const string Waves = """{"prompt": "waves on the beach"}""";
    private const string Ready = "Your video is ready.";
    private const string Begun = "I am making your video. It takes two or three minutes; I tell you when it is ready.";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("", 4)]
    [InlineData("I1", 4)]
    [InlineData("I7", 4)]
    [InlineData("I8", 4)]
    [InlineData("I9", 4)]
    [InlineData("I10", 4)]
    public async Task Film_is_announced_when_it_is_ready_and_kept_here(string scenario, int polls)
    {
        var time = new SkippingTime();
        await using GlmHost host = await GlmHost.StartAsync(time);
        host.Emulator.Next("videos/generations", scenario);
        Assert.Equal(Begun, (await host.CallAsync("make_video", Waves, Token)).Spoken);
        Assert.Equal(Ready, await host.Caller.Announcing.Task.WaitAsync(Token));
        Card.Video card = Assert.IsType<Card.Video>(host.Caller.Shown.Last().Card);
        Assert.Equal(("waves on the beach", JobState.Succeeded), (card.Title, card.State));
        Assert.Equal("video/mp4", host.Get<ResultStore>().Find(card.Url![(ToolResults.Path.Length + 1)..])!.Value.MediaType);
        Assert.Equal("image/png", host.Get<ResultStore>().Find(card.PosterUrl![(ToolResults.Path.Length + 1)..])!.Value.MediaType);
        // One card, from the beginning to the end.
        Assert.Single(host.Caller.Shown.Select(static shown => shown.Id).Distinct());
        Assert.Equal(JobState.Running, Assert.IsType<Card.Video>(host.Caller.Shown.First().Card).State);
        Assert.Equal(polls, host.Emulator.Requests.Count(static request => request.Path.StartsWith("async-result/", StringComparison.Ordinal)));
        Assert.Equal([2.0, 3.0, 5.0, 5.0], time.Waits.Select(static wait => wait.TotalSeconds));
    }

    [Theory]
    [InlineData("I2", "The video did not work out.")]
    [InlineData("I3", "I cannot make that video.")]
    [InlineData("I4", "The video did not work out.")]
    [InlineData("I5", "The video did not work out.")]
    [InlineData("I6", "The video did not work out.")]
    public async Task Film_that_is_not_made_is_told(string scenario, string told)
    {
        await using GlmHost host = await GlmHost.StartAsync(new SkippingTime());
        host.Emulator.Next("videos/generations", scenario);
        await host.CallAsync("make_video", Waves, Token);
        Assert.Equal(told, await host.Caller.Announcing.Task.WaitAsync(Token));
        Assert.Equal(JobState.Failed, Assert.IsType<Card.Video>(host.Caller.Shown.Last().Card).State);
        Assert.Equal(1, host.Emulator.Count("videos/generations"));
        int polls = host.Emulator.Requests.Count(static request => request.Path.StartsWith("async-result/", StringComparison.Ordinal));
        // Ten minutes: two polls before five seconds, and one in every five seconds from then on.
        Assert.Equal(scenario == "I5" ? 121 : 4, polls);
    }

    [Theory]
    [InlineData("I11", "I cannot work with that content.", 1)]
    [InlineData("J1231", "That was asked for already.", 1)]
    [InlineData("J502", "I cannot do that at the moment.", 1)]
    [InlineData("J1113", "I cannot do that at the moment.", 1)]
    public async Task Film_that_is_not_taken_is_told_at_once_and_asked_for_once(string scenario, string spoken, int asked)
    {
        await using GlmHost host = await GlmHost.StartAsync(new SkippingTime());
        host.Emulator.Next("videos/generations", scenario);
        Assert.Equal(spoken, (await host.CallAsync("make_video", Waves, Token)).Spoken);
        Assert.Equal(asked, host.Emulator.Count("videos/generations"));
        Assert.Equal("The video did not work out.", (await host.CallAsync("job_status", "{}", Token)).Spoken);
    }

    [Fact]
    public async Task Request_that_was_taken_though_it_was_answered_by_an_error_is_not_made_twice()
    {
        await using GlmHost host = await GlmHost.StartAsync(new SkippingTime(TimeSpan.FromSeconds(1)));
        host.Emulator.Next("videos/generations", "I12");
        Assert.Equal("That was asked for already.", (await host.CallAsync("make_video", Waves, Token)).Spoken);
        // Asked again with the same id, by which the service knew it.
        Assert.Equal(2, host.Emulator.Count("videos/generations"));
        Assert.Single(host.Requests("videos/generations").Select(static request => request.Text("request_id")).Distinct());
    }

    [Fact]
    public async Task Polls_may_stumble_five_times_in_a_row()
    {
        await using GlmHost host = await GlmHost.StartAsync(new SkippingTime());
        host.Emulator.Next("async-result", "J1234", "J502", "J1302", "J503", "J-text");
        await host.CallAsync("make_video", Waves, Token);
        Assert.Equal(Ready, await host.Caller.Announcing.Task.WaitAsync(Token));
    }

    [Fact]
    public async Task Polls_that_stumble_more_often_end_the_job()
    {
        await using GlmHost host = await GlmHost.StartAsync(new SkippingTime());
        host.Emulator.Next("async-result", "J1234", "J1234", "J1234", "J1234", "J1234", "J1234");
        await host.CallAsync("make_video", Waves, Token);
        Assert.Equal("The video did not work out.", await host.Caller.Announcing.Task.WaitAsync(Token));
    }

    [Fact]
    public async Task Restart_goes_on_with_a_film_and_does_not_ask_for_it_again()
    {
        using var folder = new TemporaryFolder();
        await using GlmEmulator emulator = await GlmEmulator.StartAsync();
        Dictionary<string, string?> settings = new() { ["VoiceGlm:Tools:Folder"] = folder.Path };
        string job;
        // Its clock stands still: nothing is polled before the restart.
        await using (GlmHost before = await GlmHost.StartAsync(new SkippingTime(TimeSpan.Zero), settings, emulator: emulator))
        {
            await before.CallAsync("make_video", Waves, Token);
            job = Assert.IsType<Card.Video>(before.Caller.Shown.Last().Card).JobId;
        }

        await using GlmHost after = await GlmHost.StartAsync(new SkippingTime(), settings, emulator: emulator);
        ToolAnswer status = default!;
        do status = await after.CallAsync("job_status", $$"""{"job_id": "{{job}}"}""", Token);
        while (status.Spoken == "Your video is still in the making.");
        Assert.Equal(Ready, status.Spoken);
        Assert.Equal(1, emulator.Count("videos/generations"));
        Card.Video card = Assert.IsType<Card.Video>(after.Caller.Shown.Last().Card);
        Assert.NotNull(after.Get<ResultStore>().Find(card.Url![(ToolResults.Path.Length + 1)..]));
    }

    [Fact]
    public async Task Restart_while_a_film_is_asked_for_does_not_ask_again()
    {
        using var folder = new TemporaryFolder();
        await using GlmEmulator emulator = await GlmEmulator.StartAsync();
        var journal = new JobJournal(Options.Create(new ToolOptions { Folder = folder.Path }), TimeProvider.System);
        journal.Write(new VideoJob("0123", Guid.NewGuid(), "waves", DateTimeOffset.UtcNow, VideoJobStep.Submitting));
        await using GlmHost after = await GlmHost.StartAsync(settings: new() { ["VoiceGlm:Tools:Folder"] = folder.Path }, emulator: emulator);
        Assert.Equal("The video did not work out.", (await after.CallAsync("job_status", """{"job_id": "0123"}""", Token)).Spoken);
        Assert.Empty(emulator.Requests);
    }

    [Fact]
    public async Task Film_that_is_not_wanted_any_more_is_not_waited_for()
    {
        await using GlmHost host = await GlmHost.StartAsync(new SkippingTime(TimeSpan.Zero));
        await host.CallAsync("make_video", Waves, Token);
        Assert.Equal("Your video is still in the making.", (await host.CallAsync("job_status", "{}", Token)).Spoken);
        Assert.Equal("I do not wait for the video any more.", (await host.CallAsync("cancel_job", "{}", Token)).Spoken);
        Assert.Equal(JobState.Cancelled, Assert.IsType<Card.Video>(host.Caller.Shown.Last().Card).State);
        Assert.Equal("There is no video in the making.", (await host.CallAsync("cancel_job", "{}", Token)).Spoken);
        Assert.Equal("You did not want that video any more.", (await host.CallAsync("job_status", "{}", Token)).Spoken);
    }

    [Fact]
    public async Task Film_of_another_conversation_is_not_told_of()
    {
        await using GlmHost host = await GlmHost.StartAsync(new SkippingTime(TimeSpan.Zero));
        using var other = new ToolCaller();
        await host.Get<IToolRouter>().CallAsync(ToolCall.Parse($"make_video\n{Waves}")!, other, Token);
        Assert.Equal("There is no video in the making.", (await host.CallAsync("job_status", "{}", Token)).Spoken);
        Assert.Equal("There is no video in the making.", (await host.CallAsync("cancel_job", "{}", Token)).Spoken);
    }

    [Theory]
    [InlineData("""{"prompt": "waves"}""", "cogvideox-3", "1280x720", "5")]
    [InlineData("""{"prompt": "waves", "orientation": "portrait", "duration": 10}""", "cogvideox-3", "720x1280", "10")]
    [InlineData("""{"prompt": "waves", "orientation": "square", "duration": "9"}""", "cogvideox-3", "1024x1024", "10")]
    [InlineData("""{"prompt": "waves", "duration": 10}""", "cogvideox-flash", "1280x960", "")]
    public async Task Shape_and_length_are_asked_for_as_the_model_knows_them(string arguments, string model, string size, string duration)
    {
        await using GlmHost host = await GlmHost.StartAsync(new SkippingTime(TimeSpan.Zero), GlmHost.Models(GlmRole.Video, model));
        await host.CallAsync("make_video", arguments, Token);
        EmulatedRequest request = Assert.Single(host.Requests("videos/generations"));
        Assert.Equal((size, duration), (request.Text("size"), request.Body.TryGetProperty("duration", out var seconds) ? seconds.ToString() : ""));
        Assert.InRange(request.Text("request_id").Length, 6, 64);
    }

    [Fact]
    public void Journal_reads_what_was_written_last_and_passes_over_what_is_not_whole()
    {
        using var folder = new TemporaryFolder();
        var journal = new JobJournal(Options.Create(new ToolOptions { Folder = folder.Path }), TimeProvider.System);
        var job = new VideoJob("1", Guid.NewGuid(), "waves", DateTimeOffset.UtcNow, VideoJobStep.Submitting);
        var old = new VideoJob("2", Guid.NewGuid(), "old", DateTimeOffset.UtcNow.AddDays(-30), VideoJobStep.Succeeded);
        journal.Write(job);
        journal.Write(old);
        journal.Write(job with { Step = VideoJobStep.Running, TaskId = "t" });
        File.AppendAllText(folder["jobs.jsonl"], """{"Id":"1","Ste""");
        Assert.Equal([job with { Step = VideoJobStep.Running, TaskId = "t" }], journal.Read());
        journal.Write(job with { Step = VideoJobStep.Failed });
        Assert.Equal(VideoJobStep.Failed, Assert.Single(journal.Read()).Step);
    }
}
