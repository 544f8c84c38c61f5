using VoiceGlm.Checkpoints.Onnx;
using VoiceGlm.Inference;

namespace VoiceGlm.Checkpoints;

/// <summary>
/// Writes a model folder beside its place and exchanges the two when all of it is on the disk: whatever happens in between,
/// a half-written model is never taken for a whole one, and the former model stays. Not thread-safe.
/// </summary>
internal sealed class ModelFolderWriter : IDisposable
{
    // Beside the weights: the graphs themselves, tokenizer files, the manifest.
    private const long OtherBytes = 16_000_000;

    private readonly ModelFolderPlace _place;
    private readonly ConversionMeter _meter;
    private readonly Dictionary<string, GraphDescription> _graphs = [];
    private readonly List<string> _files = [];

    /// <summary>Takes the place of a model folder.</summary>
    /// <param name="target">The folder. A model that is there already is kept until the new one replaces it.</param>
    /// <param name="progress">Told of each piece written and checked.</param>
    /// <exception cref="IOException">The place is a file or a folder of other files, is being written by another, or may not be written.</exception>
    public ModelFolderWriter(string target, IProgress<ConversionProgress>? progress)
    {
        _place = WriteFailure.Explain(target, () => new ModelFolderPlace(target));
        _meter = new ConversionMeter(progress);
    }

    /// <summary>Says how many bytes the weights of all checkpoints take, so that progress has a total.</summary>
    public void Expect(long checkpointBytes) => _meter.Expect(checkpointBytes);

    /// <summary>Begins a checkpoint, whose weights take so many bytes.</summary>
    public void BeginPart(long checkpointBytes) => _meter.BeginPart(checkpointBytes);

    /// <summary>Writes a graph with its weights.</summary>
    /// <exception cref="IOException">The disk has too little room, or may not be written.</exception>
    public void AddGraph(GraphBuilder graph, CancellationToken cancellationToken)
    {
        long total = graph.WeightBytes;
        DiskSpace.Require(_place.Path, total + OtherBytes);
        _meter.Announce(total);
        GraphDescription description = WriteFailure.Explain(
            _place.Path, () => graph.Write(_place.Staging, bytes => _meter.Write(graph.Name, bytes), cancellationToken));
        _graphs.Add(graph.Name, description);
        _files.Add(description.File);
        if (total > 0) _files.Add(description.File + ".data");
    }

    /// <summary>Copies a file of the checkpoint as it is.</summary>
    /// <exception cref="IOException">The disk has too little room, or may not be written.</exception>
    public void AddFile(string source, string name)
    {
        WriteFailure.Explain(_place.Path, () => File.Copy(source, Path.Combine(_place.Staging, name)));
        _files.Add(name);
    }

    /// <summary>Writes the manifest and puts the folder in its place; parts of the former model that this one lacks are kept.</summary>
    /// <param name="manifest">The manifest, without graphs and files.</param>
    /// <param name="cancellationToken">Ends the checking of what was written; nothing is exchanged then.</param>
    /// <exception cref="IOException">The disk has too little room, or may not be written.</exception>
    /// <exception cref="ModelLoadException">A file of the former model that is to be kept is damaged.</exception>
    public void Commit(ModelManifest manifest, CancellationToken cancellationToken)
    {
        WriteFailure.Explain(_place.Path, () =>
        {
            List<ModelFile> files = Check(cancellationToken);
            ModelManifest whole = manifest with { Graphs = _graphs, Files = files };
            if (_place.Former is { } former) whole = Keep(former, whole);
            whole.Write(_place.Staging);
            _place.Exchange();
        });
    }

    /// <summary>Removes what was written, unless it was committed.</summary>
    public void Dispose() => _place.Dispose();

    private List<ModelFile> Check(CancellationToken cancellationToken)
    {
        long total = Math.Max(1, _files.Sum(file => new FileInfo(Path.Combine(_place.Staging, file)).Length));
        long done = 0;
        var files = new List<ModelFile>();
        foreach (string file in _files)
        {
            // The bytes are on the disk before a manifest speaks of them.
            using (var stream = new FileStream(Path.Combine(_place.Staging, file), FileMode.Open, FileAccess.ReadWrite)) stream.Flush(flushToDisk: true);
            (long length, string hash) = FileHash.Compute(Path.Combine(_place.Staging, file), bytes =>
            {
                done += bytes;
                _meter.Check(file, done / (double)total);
            }, cancellationToken);
            files.Add(new ModelFile(file, length, hash));
        }

        return files;
    }

    private ModelManifest Keep(ModelManifest former, ModelManifest manifest)
    {
        // The names of a part's graphs and files begin with its own.
        string[] kept =
        [
            .. manifest.SpeechTokenizer is null && former.SpeechTokenizer is not null ? [ModelParts.SpeechTokenizer] : (string[])[],
            .. manifest.LanguageModel is null && former.LanguageModel is not null ? [ModelParts.LanguageModel] : (string[])[],
            .. manifest.SpeechDecoder is null && former.SpeechDecoder is not null ? [ModelParts.SpeechDecoder] : (string[])[],
        ];
        bool IsKept(string name) => Array.Exists(kept, part => name.StartsWith(part, StringComparison.Ordinal));
        List<ModelFile> files = [.. former.Files.Where(file => IsKept(file.Path))];
        foreach (ModelFile file in files)
        {
            string path = Path.Combine(_place.Path, file.Path);
            if (new FileInfo(path) is not { Exists: true } info || info.Length != file.Bytes)
            {
                throw new ModelLoadException(path, $"{file.Bytes} bytes of the part that is kept", File.Exists(path) ? $"{new FileInfo(path).Length} bytes" : "no such file");
            }

            HardLink.CreateOrCopy(path, Path.Combine(_place.Staging, file.Path));
        }

        return manifest with
        {
            SpeechTokenizer = manifest.SpeechTokenizer ?? former.SpeechTokenizer,
            LanguageModel = manifest.LanguageModel ?? former.LanguageModel,
            SpeechDecoder = manifest.SpeechDecoder ?? former.SpeechDecoder,
            Sources = Merge(manifest.Sources, former.Sources),
            Graphs = Merge(manifest.Graphs, former.Graphs),
            Files = [.. manifest.Files, .. files],
        };

        Dictionary<string, T> Merge<T>(IReadOnlyDictionary<string, T> added, IReadOnlyDictionary<string, T> earlier) =>
            new(added.Concat(earlier.Where(entry => IsKept(entry.Key))));
    }
}
