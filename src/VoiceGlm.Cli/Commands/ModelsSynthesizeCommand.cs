using System.CommandLine;
using VoiceGlm.Checkpoints.Synthesis;

namespace VoiceGlm.Cli;

/// <summary><c>models synthesize</c>: checkpoints of random weights, for rehearsals.</summary>
internal static class ModelsSynthesizeCommand
{
    public static Command Create(Terminal terminal)
    {
        var like = new Option<string>("--like")
        {
            Description = "Whose sizes to take.",
            Required = true,
        };
        like.AcceptOnlyFromAmong([.. CheckpointProfile.Known.Select(static profile => profile.Name)]);
        var part = new Option<string[]>("--part")
        {
            Description = "Which checkpoints to write; may be given several times. Default: all three.",
            Arity = ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = true,
        };
        part.AcceptOnlyFromAmong("tokenizer", "language-model", "decoder");
        var layers = new Option<int?>("--layers") { Description = "Layers of the language model. Default: those of --like; fewer rehearse its widths where the whole does not fit.", HelpName = "N" };
        layers.Validators.Add(static result => SharedOptions.RequireBetween(result, 1, 1_000));
        var seed = new Option<int>("--seed") { Description = "What the weights are drawn from.", HelpName = "N", DefaultValueFactory = static _ => 42 };
        Option<string> output = SharedOptions.Output("The folder that receives one folder per checkpoint.", "DIR");
        Option<bool> json = SharedOptions.Json();
        var command = new Command("synthesize", "Write checkpoints of random weights in the published layout: to rehearse a conversion, or to measure, without the real ones.")
        {
            like, part, layers, seed, output, json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            CheckpointProfile profile = CheckpointProfile.Known.Single(known => known.Name == parsed.GetRequiredValue(like));
            if (parsed.GetValue(layers) is { } count) profile = profile with { LanguageModel = profile.LanguageModel with { Layers = count } };
            CheckpointParts parts = PartsOf(parsed.GetValue(part) ?? []);
            IReadOnlyList<string> folders = await terminal.WithProgressAsync(display => Task.Run(
                () => CheckpointSynthesizer.Synthesize(profile, parts, parsed.GetRequiredValue(output), parsed.GetValue(seed), display, cancellationToken),
                cancellationToken));
            if (parsed.GetValue(json)) terminal.WriteJson([.. folders], CliJsonContext.Default.StringArray);
            else foreach (string folder in folders) terminal.Plain.WriteLine(folder);
            return ExitCode.Success;
        });
        return command;
    }

    private static CheckpointParts PartsOf(string[] names)
    {
        if (names.Length == 0) return CheckpointParts.All;
        CheckpointParts parts = CheckpointParts.None;
        foreach (string name in names)
        {
            parts |= name switch
            {
                "tokenizer" => CheckpointParts.SpeechTokenizer,
                "language-model" => CheckpointParts.LanguageModel,
                _ => CheckpointParts.SpeechDecoder,
            };
        }

        return parts;
    }
}
