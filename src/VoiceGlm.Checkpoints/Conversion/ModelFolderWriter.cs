using System.Security.Cryptography;
using System.Text;
using VoiceGlm.Checkpoints.Onnx;
using VoiceGlm.Inference;

namespace VoiceGlm.Checkpoints;

/// <summary>
/// Writes a model folder beside its place and exchanges the two when all of it is on the disk: whatever happens in between,
/// a half-written model is never taken for a whole one, and the former model stays. Graphs and weights that were finished before an interruption are
/// taken over by the next writer, if they are whole. Not thread-safe.
/// </summary>
internal sealed class ModelFolderWriter : IDisposable
{
    // Beside the weights: the graphs themselves, tokenizer files, the manifest.
    private const long OtherBytes = 16_000_000;

    private readonly ModelFolderPlace _place;
    private readonly ConversionMeter _meter;
    private readonly ConversionJournal _journal;
    private readonly Dictionary<string, GraphDescription> _graphs = [];
    private readonly List<ModelFile> _graphFiles = [];
    private readonly List<string> _copied = [];

    /// <summary>Takes the place of a model folder.</summary>
    /// <param name="target">The folder. A model that is there already is kept until the new one replaces it.</param>
    /// <param name="progress">Told of each piece written and checked.</param>
    /// <exception cref="IOException">The place is a file or a folder of other files, is being written by another, or may not be written.</exception>
    public ModelFolderWriter(string target, IProgress<ConversionProgress>? progress)
    {
        _place = WriteFailure.Explain(target, () => new ModelFolderPlace(target));
        _meter = new ConversionMeter(progress);
        _journal = ConversionJournal.Open(_place.Staging);
    }

    /// <summary>Where the new folder is written.</summary>
    public string Staging => _place.Staging;

    /// <summary>Says which graphs will be added: what is there of others is removed, and the disk is asked for room for what is missing.</summary>
    /// <param name="graphs">The graphs, each with a word for what its weights are read from.</param>
    /// <param name="otherBytes">Room that is needed for something else.</param>
    /// <exception cref="IOException">The disk has too little room.</exception>
    public void Prepare(IReadOnlyList<(GraphBuilder Graph, string Origin)> graphs, long otherBytes = 0)
    {
        string[] keys = [.. graphs.Select(static entry => KeyOf(entry.Graph, entry.Origin))];
        _journal.KeepOnly(keys);
        _meter.Expect(graphs.Sum(static entry => entry.Graph.WeightBytes));
        long missing = graphs.Zip(keys).Where(entry => _journal.Find(entry.Second) is null).Sum(entry => entry.First.Graph.WeightBytes - _journal.BegunBytes(entry.Second));
        DiskSpace.Require(_place.Path, missing + otherBytes + OtherBytes);
    }

    /// <summary>Writes a graph with its weights, unless an interrupted conversion has.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="origin">A word for what its weights are read from.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    /// <returns>What rounding changed in each matrix, relative to it.</returns>
    /// <exception cref="IOException">The disk is full, or may not be written.</exception>
    public IReadOnlyDictionary<string, double> AddGraph(GraphBuilder graph, string origin, CancellationToken cancellationToken)
    {
        string key = KeyOf(graph, origin);
        FinishedGraph finished = _journal.Find(key) is { } earlier && IsWhole(earlier, graph.WeightBytes, cancellationToken)
            ? earlier
            : WriteFailure.Explain(_place.Path, () => Write(graph, key, cancellationToken));
        _meter.Finish(graph.Name, graph.WeightBytes);
        _graphs.Add(graph.Name, finished.Description);
        _graphFiles.AddRange(finished.Files);
        return finished.RoundingErrors;
    }

    /// <summary>Copies a file of the checkpoint as it is.</summary>
    /// <exception cref="IOException">The disk is full, or may not be written.</exception>
    public void AddFile(string source, string name)
    {
        WriteFailure.Explain(_place.Path, () => File.Copy(source, Path.Combine(_place.Staging, name), overwrite: true));
        _copied.Add(name);
    }

    /// <summary>Tells what is done beside writing.</summary>
    public void Report(string step) => _meter.Reach(step, 0);

    /// <summary>Writes the manifest and puts the folder in its place; parts of the former model that this one lacks are kept.</summary>
    /// <param name="manifest">The manifest, without graphs and files.</param>
    /// <param name="cancellationToken">Ends the checking of what was written; nothing is exchanged then.</param>
    /// <exception cref="IOException">The disk has too little room, or may not be written.</exception>
    /// <exception cref="ModelLoadException">A file of the former model that is to be kept is damaged.</exception>
    public void Commit(ModelManifest manifest, CancellationToken cancellationToken)
    {
        WriteFailure.Explain(_place.Path, () =>
        {
            List<ModelFile> files = [.. _graphFiles, .. _copied.Select(file => Seal(file, read: null, cancellationToken))];
            ModelManifest whole = manifest with { Graphs = _graphs, Files = files };
            if (_place.Former is { } former) whole = Keep(former, whole);
            whole.Write(_place.Staging);
            _journal.Delete();
            _place.Exchange();
        });
    }

    /// <summary>Removes what was written, unless it was committed or holds a graph that is finished.</summary>
    public void Dispose() => _place.Dispose();

    // The program is in it: another build may write another graph under the same name.
    private static string KeyOf(GraphBuilder graph, string origin) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{ModelCache.Build} {origin} {graph.Name} {graph.Fingerprint()}")));

    private FinishedGraph Write(GraphBuilder graph, string key, CancellationToken cancellationToken)
    {
        long total = graph.WeightBytes;
        long done = 0;
        GraphDescription description = graph.Write(_place.Staging, bytes => _meter.Reach(graph.Name, done += bytes), log: _journal.WeightsOf(key, graph.DataFile), cancellationToken: cancellationToken);
        List<ModelFile> files = [Seal(description.File, read: null, cancellationToken)];
        if (total > 0)
        {
            files.Add(Seal(description.File + ".data", bytes => _meter.Reach(graph.Name, Math.Min(2 * total, done += bytes)), cancellationToken));
        }

        var finished = new FinishedGraph(key, graph.Name, description, files, graph.RoundingErrors);
        _journal.Add(finished);
        return finished;
    }

    private bool IsWhole(FinishedGraph graph, long weightBytes, CancellationToken cancellationToken)
    {
        long done = 0;
        return graph.Files.All(file => File.Exists(Path.Combine(_place.Staging, file.Path)) && Seal(file.Path, Read, cancellationToken) == file);

        void Read(long bytes) => _meter.Reach($"{graph.Name}, written before", Math.Min(2 * weightBytes, done += 2 * bytes));
    }

    // The bytes are on the disk before a manifest speaks of them.
    private ModelFile Seal(string file, Action<long>? read, CancellationToken cancellationToken)
    {
        string path = Path.Combine(_place.Staging, file);
        using (var stream = new FileStream(path, FileMode.Open, FileAccess.ReadWrite)) stream.Flush(flushToDisk: true);
        (long length, string hash) = FileHash.Compute(path, read, cancellationToken);
        return new ModelFile(file, length, hash);
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
