using System.CommandLine;
using System.CommandLine.Parsing;
using VoiceGlm.Checkpoints;

namespace VoiceGlm.Cli;

/// <summary>The options that say how the language model's matrices are kept.</summary>
internal sealed class QuantizationFlags
{
    private readonly Option<Precision> _precision = new("--quantization")
    {
        Description = "How the language model's matrices are kept: fp32 (exact), int8 (a quarter of the size) or int4 (a sixth).",
        HelpName = "fp32|int8|int4",
        DefaultValueFactory = static _ => Precision.Full,
        CustomParser = static result => Parse(result),
    };

    private readonly Option<Precision?> _head = new("--head-quantization")
    {
        Description = "The same for its output layer. Default: int8 where the matrices are rounded.",
        HelpName = "fp32|int8|int4",
        CustomParser = static result => Parse(result),
    };

    private readonly Option<int> _block = new("--block-size")
    {
        Description = "Elements that share a scale, with int8 and int4: 16, 32, 64, 128 or 256.",
        HelpName = "N",
        DefaultValueFactory = static _ => 32,
    };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        _block.AcceptOnlyFromAmong("16", "32", "64", "128", "256");
        foreach (Option option in (Option[])[_precision, _head, _block]) command.Options.Add(option);
    }

    /// <summary>How the matrices are kept.</summary>
    public QuantizationOptions Options(ParseResult parsed)
    {
        QuantizationOptions options = QuantizationOptions.For(parsed.GetValue(_precision)) with { BlockSize = parsed.GetValue(_block) };
        return parsed.GetValue(_head) is { } head ? options with { HeadPrecision = head } : options;
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
