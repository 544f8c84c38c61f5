using System.CommandLine;
using VoiceGlm.Checkpoints;
using VoiceGlm.Inference;

namespace VoiceGlm.Cli;

/// <summary><c>models convert</c>: published checkpoints to a model folder.</summary>
internal static class ModelsConvertCommand
{
    public static Command Create(Terminal terminal)
    {
        var checkpoints = new Argument<string[]>("checkpoint")
        {
            Description = "Folders as published: glm-4-voice-tokenizer, glm-4-voice-9b, glm-4-voice-decoder, any of them in any order. They are told apart by what is in them.",
            Arity = ArgumentArity.OneOrMore,
        };
        Option<string> output = SharedOptions.Output(
            "The model folder to write. Parts that it has already and that are not converted now are kept.", "DIR");
        var flags = new ConversionFlags();
        Option<bool> json = SharedOptions.Json();
        var command = new Command("convert", "Convert published checkpoints into one model folder: ONNX graphs and a manifest. What was interrupted goes on where it was.") { checkpoints, output, json };
        flags.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string folder = parsed.GetRequiredValue(output);
            ConversionOptions options = flags.Options(parsed);
            await terminal.WithProgressAsync(display => Task.Run(
                () => CheckpointConverter.Convert(parsed.GetRequiredValue(checkpoints), folder, options, display, cancellationToken), cancellationToken));
            ModelDescription.Write(terminal, ModelFolder.Open(folder), parsed.GetValue(json));
            return ExitCode.Success;
        });
        return command;
    }
}
