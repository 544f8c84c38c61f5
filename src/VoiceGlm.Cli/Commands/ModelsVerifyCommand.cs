using System.CommandLine;
using Spectre.Console;
using VoiceGlm.Checkpoints;

namespace VoiceGlm.Cli;

/// <summary><c>models verify</c>: whether a model folder is what its manifest says.</summary>
internal static class ModelsVerifyCommand
{
    public static Command Create(Terminal terminal)
    {
        var folder = new Argument<string>("model") { Description = "The model folder." };
        Option<bool> json = SharedOptions.Json();
        var command = new Command("verify", "Check every file of a model folder against its manifest: length, SHA-256, and that each graph loads with its inputs and outputs.")
        {
            folder, json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string path = parsed.GetRequiredValue(folder);
            IReadOnlyList<ModelFinding> findings = await terminal.WithProgressAsync(
                display => Task.Run(() => ModelVerifier.Verify(path, display, cancellationToken), cancellationToken));
            if (parsed.GetValue(json))
            {
                terminal.WriteJson(
                    new VerifyResult(findings.Count == 0, [.. findings.Select(static finding => new FindingResult(finding.File, finding.Expected, finding.Found))]),
                    CliJsonContext.Default.VerifyResult);
            }
            else if (findings.Count == 0)
            {
                terminal.Plain.WriteLine($"{path}: all files are as the manifest says.");
            }
            else
            {
                Table table = new Table().Border(TableBorder.Rounded).AddColumns("file", "expected", "found");
                foreach (ModelFinding finding in findings) table.AddRow(new Text(finding.File), new Text(finding.Expected), new Text(finding.Found));
                terminal.Output.Write(table);
            }

            return findings.Count == 0 ? ExitCode.Success : ExitCode.Failure;
        });
        return command;
    }
}
