using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using VoiceGlm.Checkpoints;
using VoiceGlm.Inference;
using VoiceGlm.LanguageModel;
using VoiceGlm.SpeechDecoder;
using VoiceGlm.SpeechTokenizer;

namespace VoiceGlm.Cli;

/// <summary><c>eval</c>: what a model understands, on recorded conversations.</summary>
internal static class EvalCommand
{
    // Half a minute of speech: a reply that does not end is wrong long before.
    private const int LongestReply = 600;

    public static Command Create(Terminal terminal)
    {
        var set = new Argument<string>("set") { Description = $"A folder with {EvaluationSet.FileName} and the sounds that it names." };
        var limit = new Option<int?>("--limit") { Description = "Hold only so many conversations, spread over the set.", HelpName = "N" };
        limit.Validators.Add(static result => SharedOptions.RequireBetween(result, 1, int.MaxValue));
        var answers = new Option<string?>("--answers") { Description = "A folder that receives what the model says, a WAV file for each reply.", HelpName = "DIR" };
        var silent = new Option<bool>("--silent") { Description = "Only understand: decode no speech. Faster; says nothing of latency." };
        Option<string?> model = SharedOptions.Model();
        Option<int> threads = SharedOptions.Threads();
        Option<bool> json = SharedOptions.Json();
        var command = new Command("eval", "Measure what a model understands: intents, numbers and names, latency. Each token of a reply is the most likely one.")
        {
            set, limit, answers, silent, model, threads, json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string folder = parsed.GetRequiredValue(set);
            IReadOnlyList<EvaluationConversation> conversations = Spread(EvaluationSet.Read(folder), parsed.GetValue(limit));
            if (parsed.GetValue(answers) is { } place) Directory.CreateDirectory(place);
            ModelFolder files = await ModelChoice.OpenAsync(terminal, parsed.GetValue(model), cancellationToken);
            GraphOptions graph = SharedOptions.Graph(parsed, threads);
            var clock = new EvaluationClock();
            using var device = new InferenceDevice();
            using WhisperVqTokenizerFactory tokenizers = WhisperVqTokenizerFactory.Load(files, device, graph);
            using GlmVoiceModel language = GlmVoiceModel.Load(files, device, new LanguageModelOptions
            {
                MaxSessions = 1,
                Graph = graph,
                Sampling = SamplingOptions.Greedy,
                MaxNewTokens = LongestReply,
                Time = clock,
            });
            using FlowSpeechDecoderFactory? decoders = parsed.GetValue(silent) ? null : FlowSpeechDecoderFactory.Load(files, device, new SpeechDecoderOptions(), graph);
            var evaluator = new Evaluator(tokenizers, language, decoders, clock, folder, parsed.GetValue(answers));
            await terminal.WithProgressAsync(async display =>
            {
                for (int i = 0; i < conversations.Count; i++)
                {
                    await evaluator.HoldAsync(conversations[i], cancellationToken);
                    display.Report(new ConversionProgress("conversations", i + 1, conversations.Count));
                }

                return true;
            }, isTransfer: false);
            if (parsed.GetValue(json)) terminal.WriteJson(evaluator.Result, CliJsonContext.Default.EvaluationResult);
            else Show(terminal, evaluator.Result);
            return ExitCode.Success;
        });
        return command;
    }

    // Every condition keeps its part.
    private static IReadOnlyList<EvaluationConversation> Spread(IReadOnlyList<EvaluationConversation> all, int? limit) =>
        limit is { } count && count < all.Count ? [.. Enumerable.Range(0, count).Select(i => all[(int)((long)i * all.Count / count)])] : all;

    private static void Show(Terminal terminal, EvaluationResult result)
    {
        Table table = new Table().Border(TableBorder.Rounded).AddColumns("condition", "turns", "intents", "slots", "said");
        foreach (ConditionResult condition in result.Conditions)
        {
            table.AddRow(
                Markup.Escape(condition.Condition),
                $"{condition.Turns}",
                Percent(condition.Intents),
                condition.Slots is { } slots ? $"{Percent(slots)} of {condition.TurnsWithSlots}" : "–",
                condition.Said is { } said ? $"{Percent(said)} of {condition.Observations}" : "–");
        }

        terminal.Output.Write(table);
        if (result.FirstAudioMs is { } first) terminal.Plain.WriteLine(FormattableString.Invariant($"First audio after {first.P50:F0} ms (p50), {first.P95:F0} ms (p95)."));
        if (result.RealTimeFactor is { } factor) terminal.Plain.WriteLine(FormattableString.Invariant($"Real-time factor {factor:F2}."));
    }

    private static string Percent(double part) => string.Create(CultureInfo.InvariantCulture, $"{100 * part:F1} %");
}
