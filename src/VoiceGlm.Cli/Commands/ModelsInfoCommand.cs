using System.CommandLine;
using VoiceGlm.Inference;

namespace VoiceGlm.Cli;

/// <summary><c>models info</c>: what a model folder holds.</summary>
internal static class ModelsInfoCommand
{
    public static Command Create(Terminal terminal)
    {
        var folder = new Argument<string>("model") { Description = "The model folder." };
        Option<bool> json = SharedOptions.Json();
        var command = new Command("info", "Tell what a model folder holds: parts, sizes, graphs, and every number that the stages use.") { folder, json };
        command.SetAction(parsed =>
        {
            ModelDescription.Write(terminal, ModelFolder.Open(parsed.GetRequiredValue(folder)), parsed.GetValue(json));
            return ExitCode.Success;
        });
        return command;
    }
}
