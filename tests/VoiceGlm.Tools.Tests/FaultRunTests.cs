using VoiceGlm.Tools.Filming;
using VoiceGlm.Tools.Pictures;
using VoiceGlm.Tools.Tests.Glm;

namespace VoiceGlm.Tools.Tests;

/// <summary>Two hundred calls of all tools to a service that is busy, broken, cut off or stalled as chance has it.</summary>
public sealed class FaultRunTests
{
    private const int Calls = 200;
    private const int MaxSentences = 3;

    private static readonly string[] s_faults = ["", "", "", "J1302", "J1305", "J1234", "J502", "J503", "J1301", "J1113", "J-text", "J200", "C0"];
    private static readonly string[] s_chatFaults = ["C1", "C2", "C4", "C5", "C7", "C8", "C9", "D6", "A5"];
    private static readonly string[] s_jobFaults = ["I2", "I3", "I4", "I6", "I8", "I9", "I11", "I12"];

    private static readonly (string Name, string Arguments)[] s_calls =
    [
        ("ask_glm", """{"question": "why is the sky blue"}"""),
        ("think_hard", """{"question": "why is the sea salty"}"""),
        ("write_code", """{"task": "a program that counts to ten"}"""),
        ("draw_picture", """{"prompt": "a red fox"}"""),
        ("look_at_image", """{"question": "what do you see"}"""),
        ("make_video", """{"prompt": "waves"}"""),
        ("fill_blanks", """{"text": "Beijing is the [MASK] of China."}"""),
        ("job_status", "{}"),
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_call_ends_in_a_sentence_and_no_job_is_lost_or_taken_twice()
    {
        // Retries and polls are skipped through; the circuit opens and closes on the same clock.
        var time = new SkippingTime();
        await using GlmHost host = await GlmHost.StartAsync(time);
        host.Caller.Image = new UserImage("image/png", new PixelCanvas(8, 8).ToPng());
        var random = new Random(7);
        for (int i = 0; i < Calls; i++)
        {
            string[] chats = [.. s_faults, .. s_chatFaults];
            host.Emulator.Next("chat/completions", chats[random.Next(chats.Length)], chats[random.Next(chats.Length)]);
            host.Emulator.Next("images/generations", s_faults[random.Next(s_faults.Length)]);
            string[] jobs = [.. s_faults, .. s_jobFaults];
            host.Emulator.Next("videos/generations", jobs[random.Next(jobs.Length)]);
            (string name, string arguments) = s_calls[random.Next(s_calls.Length)];
            ToolAnswer answer = await host.CallAsync(name, arguments, Token);
            Assert.InRange(answer.Spoken.Length, 3, 300);
            Assert.InRange(answer.Spoken.Split(['.', '?', '!'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Length, 1, MaxSentences);
            Assert.DoesNotContain("Exception", answer.Spoken, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", answer.Spoken, StringComparison.Ordinal);
        }

        // Nothing was an error of ours.
        Assert.DoesNotContain(host.Log, static line => line.StartsWith("Error", StringComparison.Ordinal));
        string[] asked = [.. host.Requests("videos/generations").Select(static request => request.Text("request_id")).Distinct()];
        Assert.NotEmpty(asked);
        foreach (string id in asked)
        {
            VideoJob job;
            do
            {
                job = host.Get<VideoJobs>().Find(host.Caller, id)!;
                await Task.Yield();
            }
            while (job.IsOpen);
            Assert.Equal(id, job.Id);
        }
    }

    [Fact]
    public async Task Every_tool_that_takes_time_says_so_within_a_second()
    {
        await using GlmHost host = await GlmHost.StartAsync();
        foreach ((string name, string arguments) in s_calls)
        {
            IReadOnlyList<ToolFiller> fillers = host.Get<IToolRouter>().FillersOf(ToolCall.Parse($"{name}\n{arguments}")!, "en");
            Assert.True(fillers[0].After <= TimeSpan.FromSeconds(1), name);
            Assert.NotEmpty(fillers[0].Words);
        }
    }
}
