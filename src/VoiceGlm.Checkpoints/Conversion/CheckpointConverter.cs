using VoiceGlm.Checkpoints.SpeechDecoder;
using VoiceGlm.Inference;

namespace VoiceGlm.Checkpoints;

/// <summary>Turns published checkpoints into a model folder. Stateless.</summary>
public static class CheckpointConverter
{
    private static readonly IPartConverter[] s_converters = [new SpeechDecoderConverter()];

    /// <summary>Converts checkpoints, each a folder as published, into one model folder.</summary>
    /// <param name="checkpoints">Folders of a speech tokenizer, a language model and a speech decoder, any of them, in any order: they are told apart by what is in them.</param>
    /// <param name="output">The model folder. Parts that it has already and that are not among <paramref name="checkpoints"/> are kept.</param>
    /// <param name="progress">Told of each piece written.</param>
    /// <param name="cancellationToken">Ends the conversion; what was written is removed.</param>
    /// <returns>The manifest of the finished folder.</returns>
    /// <exception cref="ModelLoadException">A checkpoint is not what its configuration says, or no part is known in it.</exception>
    public static ModelManifest Convert(
        IReadOnlyList<string> checkpoints, string output, IProgress<ConversionProgress>? progress, CancellationToken cancellationToken)
    {
        using var writer = new ModelFolderWriter(output, progress);
        var manifest = new ModelManifest
        {
            Format = ModelManifest.CurrentFormat,
            Name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(output))),
            Revision = "",
            License = "",
            Graphs = new Dictionary<string, GraphDescription>(),
            Files = [],
        };
        foreach (string checkpoint in checkpoints)
        {
            IPartConverter converter = Array.Find(s_converters, candidate => candidate.Recognises(checkpoint))
                ?? throw new ModelLoadException(checkpoint, "a published speech tokenizer, language model or speech decoder", "none of them");
            manifest = converter.Convert(checkpoint, writer, manifest, cancellationToken);
        }

        writer.Commit(manifest, cancellationToken);
        return ModelManifest.Read(output);
    }
}
