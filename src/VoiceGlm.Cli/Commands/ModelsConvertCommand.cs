using System.CommandLine;
using System.CommandLine.Parsing;
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
        var quantization = new Option<Precision>("--quantization")
        {
            Description = "How the language model's matrices are kept: fp32 (exact), int8 (a quarter of the size) or int4 (a sixth).",
            HelpName = "fp32|int8|int4",
            DefaultValueFactory = static _ => Precision.Full,
            CustomParser = static result => Parse(result),
        };
        var head = new Option<Precision?>("--head-quantization")
        {
            Description = "The same for its output layer. Default: int8 where the matrices are rounded.",
            HelpName = "fp32|int8|int4",
            CustomParser = static result => Parse(result),
        };
        var block = new Option<int>("--block-size") { Description = "Elements that share a scale, with int8 and int4: 16, 32, 64, 128 or 256.", HelpName = "N", DefaultValueFactory = static _ => 32 };
        block.AcceptOnlyFromAmong("16", "32", "64", "128", "256");
        Option<bool> json = SharedOptions.Json();
        var command = new Command("convert", "Convert published checkpoints into one model folder: ONNX graphs and a manifest.") { checkpoints, output, quantization, head, block, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string folder = parsed.GetRequiredValue(output);
            QuantizationOptions options = QuantizationOptions.For(parsed.GetValue(quantization)) with { BlockSize = parsed.GetValue(block) };
            if (parsed.GetValue(head) is { } headPrecision) options = options with { HeadPrecision = headPrecision };
            await terminal.WithProgressAsync(display => Task.Run(
                () => CheckpointConverter.Convert(parsed.GetRequiredValue(checkpoints), folder, options, display, cancellationToken), cancellationToken));
            ModelDescription.Write(terminal, ModelFolder.Open(folder), parsed.GetValue(json));
            return ExitCode.Success;
        });
        return command;
    }

    private static Precision Parse(ArgumentResult result)
    {
        string word = result.Tokens[0].Value;
        switch (word)
        {
            case "fp32":
                return Precision.Full;
            case "int8":
                return Precision.EightBits;
            case "int4":
                return Precision.FourBits;
            default:
                result.AddError($"Expected fp32, int8 or int4, found '{word}'.");
                return default;
        }
    }
}
