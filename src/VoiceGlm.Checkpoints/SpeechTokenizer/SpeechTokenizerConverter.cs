using VoiceGlm.Inference;

namespace VoiceGlm.Checkpoints.SpeechTokenizer;

/// <summary>Converts the published speech tokenizer, alone or as the encoder of the whole Whisper model it was trained in.</summary>
internal sealed class SpeechTokenizerConverter : IPartConverter
{
    /// <inheritdoc/>
    public string Part => "speech-tokenizer";

    /// <inheritdoc/>
    public bool Recognises(string folder) => SpeechTokenizerConfiguration.IsIn(folder);

    /// <inheritdoc/>
    public ModelManifest Convert(string folder, ModelFolderWriter writer, ModelManifest manifest, CancellationToken cancellationToken)
    {
        SpeechTokenizerConfiguration configuration = SpeechTokenizerConfiguration.Read(folder);
        // The whole model's checkpoint has layers past the codebook, too; they are not read.
        using TensorSource source = TensorSource.Open(folder).WithoutPrefix("model.encoder.");
        writer.AddGraph(new SpeechTokenizerGraph(configuration, source).Build(Part), cancellationToken);
        return manifest with { SpeechTokenizer = configuration.Manifest };
    }
}
