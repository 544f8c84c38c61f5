using System.CommandLine;
using System.CommandLine.Parsing;
using VoiceGlm.Checkpoints;

namespace VoiceGlm.Cli;

/// <summary>The options that say what a conversion makes of checkpoints.</summary>
internal sealed class ConversionFlags
{
    private static readonly IReadOnlyList<Precision> s_decoderPrecisions = [Precision.Full, Precision.Half, Precision.BFloat16, Precision.EightBits];

    private readonly Option<Precision> _precision = PrecisionOption(
        "--quantization",
        "How the language model's matrices are kept: fp32 (exact), fp16 or bf16 (half the size; bf16 is exact for a checkpoint of bf16), int8 (a quarter) or int4 (a sixth).",
        Enum.GetValues<Precision>());

    private readonly Option<Precision?> _head = OptionalPrecision(
        "--head-quantization", "The same for its output layer. Default: as the matrices, but int8 with int4.", Enum.GetValues<Precision>());

    private readonly Option<int> _block = new("--block-size")
    {
        Description = "Elements that share a scale, with int8 and int4: 16, 32, 64, 128 or 256.",
        HelpName = "N",
        DefaultValueFactory = static _ => QuantizationOptions.UsualBlockSize,
    };

    private readonly Option<string> _compute = new("--compute")
    {
        Description = "What the language model computes with, and keeps keys and values in: fp32, or fp16 for a GPU (with --quantization fp16, int8 or int4).",
        HelpName = "fp32|fp16",
        DefaultValueFactory = static _ => "fp32",
    };

    private readonly Option<Precision> _tokenizer = PrecisionOption(
        "--tokenizer-quantization", "How the speech tokenizer's matrices are kept.", s_decoderPrecisions);

    private readonly Option<Precision> _decoder = PrecisionOption(
        "--decoder-quantization", "How the speech decoder's matrices are kept. With int8 the vocoder, which has none, is kept in fp16.", s_decoderPrecisions);

    private readonly Option<bool> _remote = new("--remote-language-model")
    {
        Description = "Leave the language model's graph out: vLLM or SGLang runs it (engine openai-compatible). Of its checkpoint only the configuration and the tokenizer are needed.",
    };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        _block.AcceptOnlyFromAmong("16", "32", "64", "128", "256");
        _compute.AcceptOnlyFromAmong("fp32", "fp16");
        foreach (Option option in (Option[])[_precision, _head, _block, _compute, _remote, _tokenizer, _decoder]) command.Options.Add(option);
        command.Validators.Add(result =>
        {
            // Words, not values: one that is no precision is told by its own option.
            if (Word(result, _compute) != "fp16") return;
            Precision? matrices = Word(result, _precision) is { } word ? PrecisionName.Find(word) : Precision.Full;
            Precision? head = Word(result, _head) is { } headWord ? PrecisionName.Find(headWord) : matrices;
            if (IsWide(matrices) || IsWide(head))
            {
                result.AddError($"Option '{_compute.Name}' fp16 expects weights of fp16, int8 or int4; found {Word(result, _precision) ?? "fp32"}, the head {Word(result, _head) ?? "the same"}.");
            }
        });
    }

    /// <summary>What is to be made.</summary>
    public ConversionOptions Options(ParseResult parsed) => new()
    {
        LanguageModel = LanguageModel(parsed.CommandResult),
        WithoutLanguageModelGraph = parsed.GetValue(_remote),
        SpeechTokenizer = parsed.GetValue(_tokenizer),
        SpeechDecoder = parsed.GetValue(_decoder),
    };

    private QuantizationOptions LanguageModel(CommandResult result)
    {
        QuantizationOptions model = QuantizationOptions.For(result.GetValue(_precision)) with
        {
            BlockSize = result.GetValue(_block),
            ComputesInHalf = result.GetValue(_compute) == "fp16",
        };
        return result.GetValue(_head) is { } head ? model with { HeadPrecision = head } : model;
    }

    private static string? Word(CommandResult result, Option option) => result.GetResult(option)?.Tokens is [var token, ..] ? token.Value : null;

    private static bool IsWide(Precision? precision) => precision is Precision.Full or Precision.BFloat16;

    private static Option<Precision> PrecisionOption(string name, string description, IReadOnlyList<Precision> allowed) => new(name)
    {
        Description = description,
        HelpName = Names(allowed),
        DefaultValueFactory = static _ => Precision.Full,
        CustomParser = result => Parse(result, allowed),
    };

    private static Option<Precision?> OptionalPrecision(string name, string description, IReadOnlyList<Precision> allowed) => new(name)
    {
        Description = description,
        HelpName = Names(allowed),
        CustomParser = result => Parse(result, allowed),
    };

    private static string Names(IReadOnlyList<Precision> allowed) => string.Join('|', allowed.Select(PrecisionName.Of));

    private static Precision Parse(ArgumentResult result, IReadOnlyList<Precision> allowed)
    {
        string word = result.Tokens[0].Value;
        if (PrecisionName.Find(word) is { } precision && allowed.Contains(precision)) return precision;
        result.AddError($"Expected {string.Join(", ", allowed.SkipLast(1).Select(PrecisionName.Of))} or {PrecisionName.Of(allowed[^1])}, found '{word}'.");
        return default;
    }
}
