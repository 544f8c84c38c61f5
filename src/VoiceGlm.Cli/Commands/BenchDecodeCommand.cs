using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using VoiceGlm.Inference;

namespace VoiceGlm.Cli;

/// <summary><c>bench decode</c>: tokens per second and memory of language models, by batch and precision.</summary>
internal static class BenchDecodeCommand
{
    public static Command Create(Terminal terminal)
    {
        var models = new Argument<string[]>("model") { Description = "Model folders, such as one for each precision.", Arity = ArgumentArity.OneOrMore };
        var batch = new Option<int[]>("--batch")
        {
            Description = "Conversations at once; may be given several times. Default: 1, 2, 4, 8, 16 and 32.",
            HelpName = "N",
            Arity = ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = true,
        };
        batch.Validators.Add(static result => SharedOptions.RequireBetween(result, 1, 1_024));
        var prompt = new Option<int>("--prompt-tokens") { Description = "Tokens that each begins with.", HelpName = "N", DefaultValueFactory = static _ => 128 };
        prompt.Validators.Add(static result => SharedOptions.RequireBetween(result, 1, 1_000_000));
        var tokens = new Option<int>("--new-tokens") { Description = "Tokens that each is continued by.", HelpName = "N", DefaultValueFactory = static _ => 64 };
        tokens.Validators.Add(static result => SharedOptions.RequireBetween(result, 4, 1_000_000));
        Option<int> threads = SharedOptions.Threads();
        Option<int?> cuda = SharedOptions.Cuda();
        Option<bool> json = SharedOptions.Json();
        var command = new Command("decode", "Continue so many conversations at once: tokens per second, time of a step, memory; one line for each model and number.")
        {
            models, batch, prompt, tokens, threads, cuda, json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            int[] batches = parsed.GetValue(batch) is { Length: > 0 } asked ? asked : [1, 2, 4, 8, 16, 32];
            var rows = new List<DecodeBenchRow>();
            var bench = new DecodeBench(parsed.GetValue(prompt), parsed.GetValue(tokens));
            GraphOptions graph = SharedOptions.Graph(parsed, threads) with { Cuda = parsed.GetValue(cuda) is { } index ? new CudaOptions { DeviceIndex = index } : null };
            foreach (string folder in parsed.GetRequiredValue(models))
            {
                await bench.RunAsync(ModelFolder.Open(folder), batches, graph, Measured, cancellationToken);
            }

            if (parsed.GetValue(json)) terminal.WriteJson([.. rows], CliJsonContext.Default.DecodeBenchRowArray);
            else Show(terminal, rows);
            return ExitCode.Success;

            void Measured(DecodeBenchRow row)
            {
                rows.Add(row);
                terminal.WriteNote(string.Create(CultureInfo.InvariantCulture, $"{row.Model}, {row.Batch} at once: {row.TokensPerSecond} tokens/s"));
            }
        });
        return command;
    }

    private static void Show(Terminal terminal, List<DecodeBenchRow> rows)
    {
        Table table = new Table().Border(TableBorder.Rounded).AddColumns("model", "kept in", "at once", "read/s", "said/s", "step, ms", "weights", "cache", "process");
        foreach (DecodeBenchRow row in rows)
        {
            table.AddRow(
                new Text(row.Model), new Text(row.Precision), Number(row.Batch), Number(row.PromptTokensPerSecond), Number(row.TokensPerSecond), Number(row.StepMs),
                Bytes(row.WeightBytes), Bytes(row.KeyValueBytes), Bytes(row.WorkingSetBytes));
        }

        terminal.Output.Write(table);
    }

    private static Text Number(double value) => new(value.ToString(CultureInfo.InvariantCulture));

    private static Text Bytes(long bytes) => new(Checkpoints.DiskSpace.Describe(bytes));
}
