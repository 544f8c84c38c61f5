using VoiceGlm.Inference;

namespace VoiceGlm.Checkpoints;

/// <summary>What a conversion makes of checkpoints.</summary>
public sealed record ConversionOptions
{
    /// <summary>How the language model's matrices are kept. Default: as they are.</summary>
    public QuantizationOptions LanguageModel { get; init; } = QuantizationOptions.None;

    /// <summary>Whether the language model's graph is left out, because other machines run it: its tokenizer and its numbers are kept, and its weights need not be there.</summary>
    public bool WithoutLanguageModelGraph { get; init; }

    /// <summary>How the speech tokenizer's matrices are kept: 32, 16 or 8 bits. Default: as they are.</summary>
    public Precision SpeechTokenizer { get; init; } = Precision.Full;

    /// <summary>How the speech decoder's matrices are kept: 32, 16 or 8 bits; convolutions of the vocoder 16 where others have 8. Default: as they are.</summary>
    public Precision SpeechDecoder { get; init; } = Precision.Full;

    /// <summary>Whether a model was converted with these options.</summary>
    public bool Match(ModelManifest model) =>
        (WithoutLanguageModelGraph ? !model.Graphs.ContainsKey(ModelParts.LanguageModel) : model.Graphs.ContainsKey(ModelParts.LanguageModel) && LanguageModel.Match(model.LanguageModel?.Quantization))
        && PrecisionName.Of(SpeechTokenizer) == (model.SpeechTokenizer?.Quantization?.Weights ?? PrecisionName.Of(Precision.Full))
        && PrecisionName.Of(SpeechDecoder) == (model.SpeechDecoder?.Quantization?.Weights ?? PrecisionName.Of(Precision.Full));

    /// <summary>Checks that the options fit one another.</summary>
    /// <exception cref="ArgumentException">They do not.</exception>
    internal void Validate()
    {
        LanguageModel.Validate();
        if (SpeechTokenizer == Precision.FourBits || SpeechDecoder == Precision.FourBits)
            throw new ArgumentException("The speech tokenizer and the speech decoder are kept in fp32, fp16, bf16 or int8; asked for int4.");
    }
}
