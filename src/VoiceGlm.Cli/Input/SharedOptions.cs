using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using VoiceGlm.Inference;

namespace VoiceGlm.Cli;

/// <summary>Options that several commands have, spelled once.</summary>
internal static class SharedOptions
{
    /// <summary>The environment variable that names the model folder where <c>--model</c> does not.</summary>
    public const string ModelVariable = "VOICEGLM_MODEL";

    /// <summary><c>--model DIR</c>.</summary>
    public static Option<string?> Model() => new("--model", "-m")
    {
        Description = $"Model folder, as 'models convert' writes it. Default: ${ModelVariable}; without it, glm-4-voice-mini, which comes with the program.",
        HelpName = "DIR",
    };

    /// <summary><c>--json</c>.</summary>
    public static Option<bool> Json() => new("--json") { Description = "Write the result as one line of JSON." };

    /// <summary><c>--threads N</c>.</summary>
    public static Option<int> Threads()
    {
        var option = new Option<int>("--threads")
        {
            Description = "Threads that compute. Default: one per core.",
            HelpName = "N",
            DefaultValueFactory = static _ => Environment.ProcessorCount,
        };
        option.Validators.Add(static result => RequireBetween(result, 1, int.MaxValue));
        return option;
    }

    /// <summary><c>--cuda N</c>.</summary>
    public static Option<int?> Cuda()
    {
        var option = new Option<int?>("--cuda")
        {
            Description = "Run on this NVIDIA GPU, 0 for the first; needs a program built with -p:Device=cuda. Default: the processor.",
            HelpName = "N",
        };
        option.Validators.Add(static result => RequireBetween(result, 0, 1_023));
        return option;
    }

    /// <summary><c>--chunk-milliseconds N</c>.</summary>
    public static Option<int?> ChunkMilliseconds()
    {
        var option = new Option<int?>("--chunk-milliseconds")
        {
            Description = "Feed the audio in pieces of this length, as a microphone would. Default: all at once.",
            HelpName = "MS",
        };
        option.Validators.Add(static result => RequireBetween(result, 1, int.MaxValue));
        return option;
    }

    /// <summary><c>--output PATH</c>, required.</summary>
    public static Option<string> Output(string description, string helpName) =>
        new("--output", "-o") { Description = description, HelpName = helpName, Required = true };

    /// <summary>How graphs run under these options.</summary>
    public static GraphOptions Graph(ParseResult parsed, Option<int> threads) => new() { Threads = parsed.GetValue(threads) };

    /// <summary>Refuses a number outside its range.</summary>
    public static void RequireBetween(OptionResult result, double least, double most)
    {
        foreach (Token token in result.Tokens)
        {
            if (!double.TryParse(token.Value, CultureInfo.InvariantCulture, out double value) || (value >= least && value <= most)) continue;
            string range = double.IsPositiveInfinity(most) || most == int.MaxValue ? $"of at least {least}" : $"from {least} to {most}";
            result.AddError(string.Create(CultureInfo.InvariantCulture, $"Option '{result.Option.Name}' expects a number {range}; found {token.Value}."));
        }
    }
}
