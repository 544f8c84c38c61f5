using System.Net;
using VoiceGlm.ServerHost;
using VoiceGlm.Testing;
using VoiceGlm.Transports.SignalR.Tests;

namespace VoiceGlm.Server.Tests;

/// <summary>Conversations with the whole service over its hub.</summary>
public sealed class ConversationTests(RunningServer server)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_written_is_answered_aloud()
    {
        await using Caller caller = await Caller.ConnectAsync(server.Process.Address);
        caller.Write("What is the weather like?");
        (object?[] done, long played) = await caller.ListenAsync("response_done");
        Assert.Equal("completed", done[3]);
        Assert.True(played > 22_050, $"{played} samples were played.");
    }

    [Fact]
    public async Task Misuse_ends_the_session_of_the_misuser_and_disturbs_no_other()
    {
        await using Caller calm = await Caller.ConnectAsync(server.Process.Address);
        calm.Write("Tell me something.");
        await calm.ListenAsync("audio");

        await using VoiceClient misuser = await VoiceClient.ConnectAsync(new Uri(server.Process.Address, "voice"));
        misuser.SendRaw("audio");
        misuser.Send("dance");
        misuser.Send("audio", 0, new byte[30_000]);
        misuser.Send("audio", 0, new byte[882]); // 20 ms at 22,050 Hz.
        misuser.Send("text", new string('x', 5_000));
        misuser.Send("settings", new Dictionary<string, object?> { ["temperature"] = double.NaN });
        misuser.Send("played", 99, long.MaxValue);
        for (int i = 0; i < 1_000; i++) misuser.Send("audio", i, new byte[640]);
        object?[] end = (await misuser.ReadToEndAsync())[^1];
        Assert.Equal(["ended", "protocol_error"], [end[0], end[2]]);

        (object?[] done, _) = await calm.ListenAsync("response_done");
        Assert.Equal("completed", done[3]);
        calm.Write("And something else.");
        (done, _) = await calm.ListenAsync("response_done");
        Assert.Equal("completed", done[3]);
    }

    [Fact]
    public async Task Logs_hold_no_words_unless_they_are_wanted()
    {
        await using Caller caller = await Caller.ConnectAsync(server.Process.Address);
        caller.Write("The heron stands in the reeds.");
        await caller.ListenAsync("response_done");
        Assert.Contains("Turn 1 ended: Completed", server.Process.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("heron", server.Process.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Figures_have_the_names_that_dashboards_know()
    {
        await using Caller caller = await Caller.ConnectAsync(server.Process.Address);
        caller.Write("Count to ten.");
        await caller.ListenAsync("response_done");
        caller.Write("And to twenty.");
        await caller.ListenAsync("audio");
        caller.Client.Send("interrupt");
        Assert.Equal("cancelled", (await caller.ListenAsync("response_done")).Item[3]);

        string figures = await server.Http.GetStringAsync("/metrics", Cancelled);
        Assert.All(
            (string[])
            [
                "voiceglm_turn_time_to_first_audio_seconds_count", "voiceglm_turn_saved_seconds_count{otel_scope_name=\"VoiceGlm.Conversation\",by=\"hearing\"}", "voiceglm_barge_in_duration_seconds_count",
                "voiceglm_session_active", "voiceglm_connection_active", "voiceglm_connection_flush_duration_seconds_count",
                "voiceglm_stage_duration_seconds_count{otel_scope_name=\"VoiceGlm.Conversation\",stage=\"language_model\"}",
                "voiceglm_stage_duration_seconds_count{otel_scope_name=\"VoiceGlm.Conversation\",stage=\"speech_decoder\"}",
                "voiceglm_stage_real_time_factor_count{otel_scope_name=\"VoiceGlm.Conversation\",stage=\"speech_decoder\"}",
                "gen_ai_server_time_to_first_token_seconds_count", "gen_ai_server_time_per_output_token_seconds_count",
                "dotnet_gc_collections_total", "http_server_request_duration_seconds_count",
            ],
            name => Assert.Contains(name, figures, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Told_to_stop_the_service_speaks_to_the_end_and_takes_nobody_new()
    {
        using var model = new TemporaryFolder();
        Dictionary<string, string> settings = RunningServer.Settings(model.Path);
        settings["VoiceGlm:Conversation:LogTranscripts"] = "true";
        await using ServerProcess stopping = await ServerProcess.StartAsync(settings, Cancelled);
        await stopping.WaitUntilReadyAsync(Cancelled);
        await using Caller caller = await Caller.ConnectAsync(stopping.Address);
        caller.Write("Say something long about herons.");
        await caller.ListenAsync("audio");
        await stopping.TerminateAsync();

        using (var http = new HttpClient { BaseAddress = stopping.Address })
        {
            HttpStatusCode ready;
            do ready = (await http.GetAsync("/health/ready", Cancelled)).StatusCode;
            while (ready == HttpStatusCode.OK);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, ready);
        }

        await using (VoiceClient late = await VoiceClient.ConnectAsync(new Uri(stopping.Address, "voice")))
        {
            Assert.Equal("server_stopping", (await late.ReadAsync("ended"))[2]);
        }

        (object?[] done, long played) = await caller.ListenAsync("response_done");
        Assert.Equal("completed", done[3]);
        Assert.True(played > 22_050, $"{played} samples were played.");
        Assert.Equal("server_stopping", (await caller.ListenAsync("ended")).Item[2]);
        Assert.Equal(0, await stopping.WaitForExitAsync(Cancelled));
        Assert.Contains("herons", stopping.Output, StringComparison.Ordinal);
    }
}
