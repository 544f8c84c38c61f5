using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using VoiceGlm.Audio;
using VoiceGlm.Hosting;
using VoiceGlm.Inference;

namespace VoiceGlm.Cli;

/// <summary><c>bench</c>: how fast this machine is.</summary>
internal static class BenchCommand
{
    public static Command Create(Terminal terminal) => new("bench", "Measure how well this machine holds conversations.")
    {
        CreateConversation(terminal),
        BenchDecodeCommand.Create(terminal),
    };

    private static Command CreateConversation(Terminal terminal)
    {
        var sessions = new Option<int>("--sessions") { Description = "Conversations at once.", HelpName = "N", DefaultValueFactory = static _ => 1 };
        sessions.Validators.Add(static result => SharedOptions.RequireBetween(result, 1, 1_000));
        var seconds = new Option<double>("--seconds") { Description = "How long they last.", HelpName = "S", DefaultValueFactory = static _ => 30 };
        seconds.Validators.Add(static result => SharedOptions.RequireBetween(result, 1, 86_400));
        var question = new Option<string?>("--question") { Description = "A WAV file with what is asked. Default: a synthetic voice.", HelpName = "FILE.wav" };
        Option<string?> model = SharedOptions.Model();
        Option<int> threads = SharedOptions.Threads();
        Option<bool> json = SharedOptions.Json();
        var command = new Command("conversation", "Hold conversations in real time, interrupting every other reply: time to first audio, barge-in, underruns.")
        {
            sessions, seconds, question, model, threads, json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            float[] asked = parsed.GetValue(question) is { } path ? Read(path) : SpokenQuestion.Say();
            ModelFolder folder = await ModelChoice.OpenAsync(terminal, parsed.GetValue(model), cancellationToken);
            // Replies of some ten seconds: long enough to be talked over, short enough that some are heard to their end.
            var options = new ModelOptions { Threads = parsed.GetValue(threads), MaxNewTokens = 300 };
            ConversationBenchResult result = await ConversationBench.RunAsync(
                folder, options, asked, parsed.GetValue(sessions), TimeSpan.FromSeconds(parsed.GetValue(seconds)), cancellationToken);
            if (parsed.GetValue(json)) terminal.WriteJson(result, CliJsonContext.Default.ConversationBenchResult);
            else Show(terminal, result);
            return ExitCode.Success;
        });
        return command;
    }

    private static float[] Read(string path)
    {
        WaveFile file = WaveFile.Read(path);
        ReadOnlySpan<float> samples = file.Channel(0).Span;
        if (file.SampleRate == SampleRate.Wideband) return samples.ToArray();
        var resampler = new Resampler(file.SampleRate, SampleRate.Wideband);
        var wideband = new float[resampler.OutputCapacity(samples.Length)];
        return wideband[..resampler.Process(samples, wideband)];
    }

    private static void Show(Terminal terminal, ConversationBenchResult result)
    {
        Table table = new Table().Border(TableBorder.Rounded).AddColumns(
            string.Create(CultureInfo.InvariantCulture, $"{result.Sessions} conversations, {result.Seconds:F0} s, {result.Turns} turns"), "p50", "p95");
        Add("first audio", result.FirstAudioMs);
        Add("saved by hearing ahead", result.SavedByHearingMs);
        Add("saved by guessing the end", result.SavedByGuessingMs);
        Add($"barge-in ({result.Interruptions})", result.BargeInMs);
        table.AddRow("underruns", $"{result.Underruns}", "");
        table.AddRow("heard error, tokens", $"{result.HeardErrorTokens}", "");
        table.AddRow("failed turns", $"{result.FailedTurns}", "");
        terminal.Output.Write(table);

        void Add(string name, Percentiles? times) => table.AddRow(name, Milliseconds(times?.P50), Milliseconds(times?.P95));
    }

    private static string Milliseconds(double? value) => value is { } known ? string.Create(CultureInfo.InvariantCulture, $"{known:F1} ms") : "–";
}
