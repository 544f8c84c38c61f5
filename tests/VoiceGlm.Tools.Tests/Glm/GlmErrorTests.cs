using GlmApiEmulator;
using Microsoft.Extensions.Time.Testing;
using VoiceGlm.Tools.Glm;

namespace VoiceGlm.Tools.Tests.Glm;

/// <summary>Corpus J: errors, what is tried again and what is not.</summary>
public sealed class GlmErrorTests
{
    private static readonly ChatRequest s_request = new([ChatMessage.User("Hello")]);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("J1000", GlmErrorKind.Auth, "1000")]
    [InlineData("J1001", GlmErrorKind.Auth, "1001")]
    [InlineData("J1002", GlmErrorKind.Auth, "1002")]
    [InlineData("J1003", GlmErrorKind.Auth, "1003")]
    [InlineData("J1220", GlmErrorKind.Permission, "1220")]
    [InlineData("J1210", GlmErrorKind.BadRequest, "1210")]
    [InlineData("J1211", GlmErrorKind.ModelMissing, "1211")]
    [InlineData("J1261", GlmErrorKind.TooLong, "1261")]
    [InlineData("J1301", GlmErrorKind.Moderated, "1301")]
    [InlineData("J1113", GlmErrorKind.Billing, "1113")]
    [InlineData("J1308", GlmErrorKind.Quota, "1308")]
    [InlineData("J1231", GlmErrorKind.Duplicate, "1231")]
    public async Task Error_that_is_not_for_the_moment_is_asked_once(string scenario, object kind, string code)
    {
        (GlmException failed, GlmHost host) = await FailAsync(scenario);
        await using (host)
        {
            Assert.Equal(((GlmErrorKind)kind, code), (failed.Kind, failed.Error.Code));
            Assert.Equal(1, host.Emulator.Count("chat/completions"));
        }
    }

    [Theory]
    [InlineData("J1305", GlmErrorKind.Busy)]
    [InlineData("J-number", GlmErrorKind.Busy)]
    [InlineData("J-text", GlmErrorKind.Busy)]
    [InlineData("J-msg", GlmErrorKind.Busy)]
    [InlineData("J-message", GlmErrorKind.Busy)]
    [InlineData("J1234", GlmErrorKind.Server)]
    [InlineData("J502", GlmErrorKind.Server)]
    [InlineData("J503", GlmErrorKind.Server)]
    [InlineData("J200", GlmErrorKind.Server)]
    public async Task Error_for_the_moment_is_tried_three_times_with_one_id(string scenario, object kind)
    {
        (GlmException failed, GlmHost host) = await FailAsync(scenario);
        await using (host)
        {
            Assert.Equal((GlmErrorKind)kind, failed.Kind);
            Assert.Equal(3, host.Emulator.Count("chat/completions"));
            Assert.Single(host.Emulator.Requests.Select(static request => request.Text("request_id")).Distinct());
        }
    }

    [Fact]
    public async Task Busy_service_is_asked_again_after_growing_delays()
    {
        var time = new SkippingTime();
        await using GlmHost host = await GlmHost.StartAsync(time);
        host.Emulator.Next("chat/completions", "J1302", "J1302");
        ChatReply reply = await host.Client.CompleteAsync(GlmCall.Chat(GlmRole.Text), s_request, Token);
        Assert.StartsWith("This is an emulated answer", reply.Text, StringComparison.Ordinal);
        Assert.Equal([0.4, 0.8], time.Waits.Select(static wait => wait.TotalSeconds));
    }

    [Fact]
    public async Task Delay_that_the_service_asks_for_is_kept()
    {
        var time = new SkippingTime();
        await using GlmHost host = await GlmHost.StartAsync(time);
        host.Emulator.Next("chat/completions", "J-retry");
        await host.Client.CompleteAsync(GlmCall.Chat(GlmRole.Text), s_request, Token);
        Assert.Equal([1.0], time.Waits.Select(static wait => wait.TotalSeconds));
    }

    [Theory]
    [InlineData("J1211", 1)]
    [InlineData("J1305", 3)]
    public async Task Model_that_is_not_there_or_stays_busy_is_followed_by_the_next(string scenario, int attempts)
    {
        await using GlmHost host = await GlmHost.StartAsync(new SkippingTime(), GlmHost.Models(GlmRole.Text, $"glm-old@{scenario}, glm-new"));
        for (int i = 0; i < 2; i++) await host.Client.CompleteAsync(GlmCall.Chat(GlmRole.Text), s_request, Token);
        Assert.Equal(2 * attempts, host.Emulator.Requests.Count(static request => request.Model == "glm-old"));
        Assert.Equal(2, host.Emulator.Requests.Count(static request => request.Model == "glm-new"));
        // Told once, not at every question.
        Assert.Equal(scenario == "J1211" ? 1 : 0, host.Log.Count(static line => line.Contains("is asked instead", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Conversation_that_is_too_long_is_asked_once_more_without_its_oldest_message()
    {
        await using GlmHost host = await GlmHost.StartAsync();
        host.Emulator.Next("chat/completions", "J1261");
        var request = new ChatRequest([ChatMessage.System("Be brief."), ChatMessage.User("Old"), ChatMessage.Assistant("Older"), ChatMessage.User("New")]);
        await host.Client.CompleteAsync(GlmCall.Chat(GlmRole.Text), request, Token);
        Assert.Equal([4, 3], host.Emulator.Requests.Select(static sent => sent.Body.GetProperty("messages").GetArrayLength()));
        Assert.Equal("system", host.Emulator.Requests.Last().Body.GetProperty("messages")[0].GetProperty("role").GetString());
    }

    [Fact]
    public async Task Filtered_content_tells_whose_it_was()
    {
        (GlmException failed, GlmHost host) = await FailAsync("J1301");
        await using (host) Assert.Equal("user", failed.Error.FilteredRole);
    }

    [Fact]
    public async Task Used_up_share_tells_when_it_is_filled_again()
    {
        (GlmException failed, GlmHost host) = await FailAsync("J1308");
        await using (host) Assert.Equal("2026-01-02 03:04:05", failed.Error.ResetsAt);
    }

    [Fact]
    public async Task Requests_at_once_stay_below_the_accounts_limit()
    {
        await using GlmHost host = await GlmHost.StartAsync(settings: new() { ["VoiceGlm:Tools:Providers:test:MaxConcurrency"] = "2" });
        host.Emulator.MaxInFlight = 2;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => host.Client.CompleteAsync(GlmCall.Chat(GlmRole.Text), s_request, Token)));
        Assert.Equal(4, host.Emulator.Count("chat/completions"));
    }

    [Fact]
    public async Task Requests_beyond_the_queue_are_refused_here()
    {
        await using GlmHost host = await GlmHost.StartAsync(settings: new()
        {
            ["VoiceGlm:Tools:Providers:test:MaxConcurrency"] = "1",
            ["VoiceGlm:Tools:Providers:test:Models:Text"] = "glm-4.7-flash@C11",
        });
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await using IAsyncEnumerator<ChatPart> held = host.Client.StreamAsync(GlmCall.Chat(GlmRole.Text), s_request, end.Token).GetAsyncEnumerator(Token);
        Assert.True(await held.MoveNextAsync());
        Task<ChatReply> queued = host.Client.CompleteAsync(GlmCall.Chat(GlmRole.Text), s_request, end.Token);
        GlmException failed = await Assert.ThrowsAsync<GlmException>(() => host.Client.CompleteAsync(GlmCall.Chat(GlmRole.Text), s_request, end.Token));
        Assert.Equal(GlmErrorKind.Busy, failed.Kind);
        Assert.Equal(1, host.Emulator.Count("chat/completions"));
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => queued);
    }

    [Fact]
    public async Task Over_concurrency_is_answered_by_1302_and_tried_again()
    {
        await using GlmHost host = await GlmHost.StartAsync(new SkippingTime());
        host.Emulator.MaxInFlight = 0;
        GlmException failed = await Assert.ThrowsAsync<GlmException>(() => host.Client.CompleteAsync(GlmCall.Chat(GlmRole.Reasoning) with { Role = GlmRole.Ocr }, s_request, Token));
        Assert.Equal("1302", failed.Error.Code);
        Assert.Equal(3, host.Emulator.Requests.Count);
    }

    [Fact]
    public async Task Service_that_fails_five_times_is_left_alone_for_a_while_and_then_asked_again()
    {
        var time = new SkippingTime(TimeSpan.FromSeconds(1));
        await using GlmHost host = await GlmHost.StartAsync(time, GlmHost.Models(GlmRole.Ocr, "glm-ocr@J502"));
        for (int i = 0; i < 2; i++) await Assert.ThrowsAsync<GlmException>(() => host.Client.CompleteAsync(GlmCall.Chat(GlmRole.Ocr), s_request, Token));
        int asked = host.Emulator.Requests.Count;
        Assert.Equal(5, asked);
        GlmException failed = await Assert.ThrowsAsync<GlmException>(() => host.Client.CompleteAsync(GlmCall.Chat(GlmRole.Text), s_request, Token));
        Assert.Equal((GlmErrorKind.Unavailable, asked), (failed.Kind, host.Emulator.Requests.Count));
        // A wait of the clock's, as any timer would make it.
        for (int i = 0; i < 16; i++) await Task.Delay(TimeSpan.FromSeconds(1), time, Token);
        Assert.NotEmpty((await host.Client.CompleteAsync(GlmCall.Chat(GlmRole.Text), s_request, Token)).Text);
    }

    [Fact]
    public async Task Server_that_is_not_there_is_tried_three_times()
    {
        var time = new SkippingTime();
        await using GlmHost host = await GlmHost.StartAsync(time, new() { ["VoiceGlm:Tools:Providers:test:BaseAddress"] = "http://127.0.0.1:1/" });
        GlmException failed = await Assert.ThrowsAsync<GlmException>(() => host.Client.CompleteAsync(GlmCall.Chat(GlmRole.Ocr), s_request, Token));
        Assert.Equal(GlmErrorKind.Connect, failed.Kind);
        Assert.Equal([0.4, 0.8], time.Waits.Select(static wait => wait.TotalSeconds));
    }

    [Fact]
    public async Task Answer_that_does_not_begin_is_given_up_after_thirty_seconds_and_not_asked_for_again()
    {
        var time = new FakeTimeProvider();
        await using GlmHost host = await GlmHost.StartAsync(time, GlmHost.Models(GlmRole.Ocr, "glm-ocr@C10"), new FakeTimeProvider());
        Task<ChatReply> asked = host.Client.CompleteAsync(GlmCall.Chat(GlmRole.Ocr), s_request, Token);
        EmulatedRequest request = await host.Emulator.Arrivals.ReadAsync(Token);
        await request.Waiting.WaitAsync(Token);
        time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(GlmErrorKind.Timeout, (await Assert.ThrowsAsync<GlmException>(() => asked)).Kind);
        await request.Aborted.WaitAsync(Token);
        Assert.Single(host.Emulator.Requests);
    }

    private static async Task<(GlmException Failed, GlmHost Host)> FailAsync(string scenario)
    {
        GlmHost host = await GlmHost.StartAsync(new SkippingTime(), GlmHost.Models(GlmRole.Text, "glm-4@" + scenario));
        return (await Assert.ThrowsAsync<GlmException>(() => host.Client.CompleteAsync(GlmCall.Chat(GlmRole.Text), s_request, Token)), host);
    }
}
