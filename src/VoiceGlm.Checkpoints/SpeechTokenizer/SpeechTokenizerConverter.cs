namespace VoiceGlm.Checkpoints.SpeechTokenizer;

/// <summary>Converts the published speech tokenizer, alone or as the encoder of the whole Whisper model it was trained in.</summary>
internal sealed class SpeechTokenizerConverter(Precision precision) : IPartConverter
{
    /// <inheritdoc/>
    public string Part => "speech-tokenizer";

    /// <inheritdoc/>
    public bool Recognises(string folder) => SpeechTokenizerConfiguration.IsIn(folder);

    /// <inheritdoc/>
    public PartPlan Plan(string folder, TensorSources sources)
    {
        SpeechTokenizerConfiguration configuration = SpeechTokenizerConfiguration.Read(folder);
        // The whole model's checkpoint has layers past the codebook, too; they are not read.
        TensorSource source = sources.Keep(TensorSource.Open(folder).WithoutPrefix("model.encoder."));
        return new PartPlan
        {
            Graphs = [new SpeechTokenizerGraph(configuration, source).Build(Part, precision)],
            Describe = (manifest, written) => manifest with
            {
                SpeechTokenizer = configuration.Manifest with { Quantization = QuantizationReport.Of(precision, written) },
            },
        };
    }
}
