using VoiceGlm.Checkpoints.Onnx;
using VoiceGlm.Checkpoints.SpeechDecoder;
using VoiceGlm.Checkpoints.SpeechTokenizer;
using VoiceGlm.Inference;

namespace VoiceGlm.Checkpoints;

/// <summary>Turns published checkpoints into a model folder. Stateless.</summary>
public static class CheckpointConverter
{
    /// <summary>Converts checkpoints, each a folder as published, into one model folder.</summary>
    /// <param name="checkpoints">Folders of a speech tokenizer, a language model and a speech decoder, any of them, in any order, or a folder that holds such folders: they are told apart by what is in them.</param>
    /// <param name="output">The model folder. Parts that it has already and that are not among <paramref name="checkpoints"/> are kept.</param>
    /// <param name="progress">Told of each piece written.</param>
    /// <param name="cancellationToken">Ends the conversion. Graphs that are finished stay beside the output, where the next conversion of the same finds them.</param>
    /// <returns>The manifest of the finished folder.</returns>
    /// <exception cref="ModelLoadException">A checkpoint is not what its configuration says, no part is known in it, or two hold the same part.</exception>
    /// <exception cref="IOException">The output is a file or a folder of other files, or the disk has too little room or may not be written.</exception>
    public static ModelManifest Convert(
        IReadOnlyList<string> checkpoints, string output, IProgress<ConversionProgress>? progress, CancellationToken cancellationToken) =>
        Convert(checkpoints, output, new ConversionOptions(), progress, cancellationToken);

    /// <summary>As the other, with matrices rounded, or without the language model's graph.</summary>
    /// <exception cref="ArgumentException">The options do not fit one another.</exception>
    public static ModelManifest Convert(
        IReadOnlyList<string> checkpoints, string output, ConversionOptions options, IProgress<ConversionProgress>? progress, CancellationToken cancellationToken)
    {
        options.Validate();
        return Convert(
            [new SpeechTokenizerConverter(options.SpeechTokenizer), new LanguageModelConverter(options), new SpeechDecoderConverter(options.SpeechDecoder)],
            checkpoints, output, progress, cancellationToken);
    }

    /// <summary>Checks that a conversion may write its output, and leaves nothing there: worth asking before hours of other work.</summary>
    /// <param name="output">The model folder.</param>
    /// <exception cref="IOException">The output is a file or a folder of other files, is being written by another, or may not be written.</exception>
    public static void CheckOutput(string output) => WriteFailure.Explain(output, () => new ModelFolderPlace(output).Dispose());

    /// <summary>Converts with the given converters.</summary>
    internal static ModelManifest Convert(
        IReadOnlyList<IPartConverter> converters,
        IReadOnlyList<string> checkpoints,
        string output,
        IProgress<ConversionProgress>? progress,
        CancellationToken cancellationToken)
    {
        Dictionary<string, (string Folder, IPartConverter Converter)> parts = TellApart(converters, checkpoints);
        using var writer = new ModelFolderWriter(output, progress);
        Dictionary<string, ModelCard> cards = parts.ToDictionary(static part => part.Key, part => CardOf(part.Value.Folder, checkpoints));
        Dictionary<string, ModelSource> sources = parts.ToDictionary(static part => part.Key, part => CheckpointOrigin.Read(part.Value.Folder, cards[part.Key]));
        var manifest = new ModelManifest
        {
            Format = ModelManifest.CurrentFormat,
            Name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(output))),
            Sources = sources,
            Examples = [.. cards.Values.SelectMany(static card => card.Examples).Distinct()],
            Graphs = new Dictionary<string, GraphDescription>(),
            Files = [],
        };
        using var opened = new TensorSources();
        Write(writer, [.. parts.Values.Select(part => (part.Converter.Plan(part.Folder, opened), CheckpointOrigin.Stamp(part.Folder)))], manifest, cancellationToken);
        return ModelManifest.Read(output);
    }

    private static void Write(ModelFolderWriter writer, IReadOnlyList<(PartPlan Plan, string Origin)> plans, ModelManifest manifest, CancellationToken cancellationToken)
    {
        writer.Prepare([.. plans.SelectMany(static part => part.Plan.Graphs.Select(graph => (graph, part.Origin)))], plans.Sum(static part => part.Plan.OtherBytes));
        foreach ((PartPlan plan, string origin) in plans)
        {
            var errors = new Dictionary<string, double>();
            foreach (GraphBuilder graph in plan.Graphs)
            {
                foreach ((string name, double error) in writer.AddGraph(graph, origin, cancellationToken)) errors[name] = error;
            }

            foreach ((string source, string name) in plan.Files) writer.AddFile(source, name);
            manifest = plan.Describe(manifest, new WrittenPart(writer.Staging, errors, writer.Report, cancellationToken));
        }

        writer.Commit(manifest, cancellationToken);
    }

    // Checkpoints in a folder of their own may share one card, the folder's.
    private static ModelCard CardOf(string folder, IReadOnlyList<string> checkpoints)
    {
        var card = ModelCard.Read(folder);
        return card.License is null && !checkpoints.Contains(folder) ? ModelCard.Read(Path.GetDirectoryName(folder)!) : card;
    }

    private static Dictionary<string, (string Folder, IPartConverter Converter)> TellApart(
        IReadOnlyList<IPartConverter> converters, IReadOnlyList<string> checkpoints)
    {
        var parts = new Dictionary<string, (string Folder, IPartConverter Converter)>();
        foreach (string checkpoint in checkpoints)
        {
            if (!Directory.Exists(checkpoint)) throw new ModelLoadException(checkpoint, "a checkpoint's folder", File.Exists(checkpoint) ? "a file" : "no such folder");
            (string Folder, IPartConverter Converter)[] found = [.. Recognise(converters, checkpoint)];
            if (found is []) found = [.. Directory.EnumerateDirectories(checkpoint).Order(StringComparer.Ordinal).SelectMany(folder => Recognise(converters, folder))];
            if (found is []) throw new ModelLoadException(checkpoint, "a published speech tokenizer, language model or speech decoder", "none of them");
            foreach ((string folder, IPartConverter converter) in found)
            {
                if (parts.TryAdd(converter.Part, (folder, converter))) continue;
                throw new ModelLoadException(folder, "one checkpoint of each part", $"a second {converter.Part} beside {parts[converter.Part].Folder}");
            }
        }

        return parts;
    }

    private static IEnumerable<(string Folder, IPartConverter Converter)> Recognise(IReadOnlyList<IPartConverter> converters, string folder) =>
        converters.Where(converter => converter.Recognises(folder)).Take(1).Select(converter => (folder, converter));
}
