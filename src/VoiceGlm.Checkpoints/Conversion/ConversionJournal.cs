using System.Text.Json;
using System.Text.Json.Serialization;
using VoiceGlm.Checkpoints.Onnx;
using VoiceGlm.Inference;

namespace VoiceGlm.Checkpoints;

/// <summary>
/// What an unfinished model folder holds of finished graphs, and of finished weights of the one that was being written, so that a conversion that was
/// interrupted goes on after them. A file in the folder, replaced whole each time. Not thread-safe.
/// </summary>
internal sealed class ConversionJournal
{
    /// <summary>Name of the file.</summary>
    public const string FileName = ".conversion.json";

    private readonly string _folder;
    private readonly List<FinishedGraph> _finished;
    private BegunGraph? _begun;

    private ConversionJournal(string folder, JournalEntries entries)
    {
        _folder = folder;
        _finished = [.. entries.Finished];
        _begun = entries.Begun;
    }

    /// <summary>Whether a folder has a journal.</summary>
    public static bool IsIn(string folder) => File.Exists(Path.Combine(folder, FileName));

    /// <summary>Reads the journal of a folder; one that is missing or unreadable is an empty one.</summary>
    public static ConversionJournal Open(string folder)
    {
        try
        {
            string path = Path.Combine(folder, FileName);
            JournalEntries? entries = File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllBytes(path), JournalJsonContext.Default.JournalEntries) : null;
            return new ConversionJournal(folder, entries is { Finished: not null } ? entries : JournalEntries.None);
        }
        catch (JsonException)
        {
            return new ConversionJournal(folder, JournalEntries.None);
        }
    }

    /// <summary>The finished graph of a key, or <see langword="null"/>.</summary>
    public FinishedGraph? Find(string key) => _finished.Find(graph => graph.Key == key);

    /// <summary>Bytes of finished weights of the graph of a key that is not finished.</summary>
    public long BegunBytes(string key) => _begun?.Key == key ? _begun.Weights.Sum(static weight => weight.Bytes) : 0;

    /// <summary>What is finished of a graph's weights, and will be.</summary>
    /// <param name="key">The graph's key.</param>
    /// <param name="dataFile">The file of its weights.</param>
    public IWeightLog WeightsOf(string key, string dataFile) => new WeightLog(this, _begun?.Key == key ? _begun : new BegunGraph(key, dataFile, []));

    /// <summary>Adds a graph whose files are on the disk, in place of an earlier one of its name.</summary>
    public void Add(FinishedGraph graph)
    {
        _finished.RemoveAll(earlier => earlier.Name == graph.Name);
        _finished.Add(graph);
        _begun = null;
        Write();
    }

    /// <summary>Forgets the graphs of other keys, and removes what lies in the folder beside those that are left.</summary>
    public void KeepOnly(IReadOnlyCollection<string> keys)
    {
        int forgotten = _finished.RemoveAll(graph => !keys.Contains(graph.Key));
        if (_begun is not null && !keys.Contains(_begun.Key))
        {
            _begun = null;
            forgotten++;
        }

        if (forgotten > 0) Write();
        HashSet<string> kept = [FileName, .. _finished.SelectMany(static graph => graph.Files).Select(static file => file.Path)];
        if (_begun is not null) kept.Add(_begun.DataFile);
        foreach (FileSystemInfo entry in new DirectoryInfo(_folder).EnumerateFileSystemInfos().Where(entry => !kept.Contains(entry.Name)).ToArray())
        {
            if (entry is DirectoryInfo folder) folder.Delete(recursive: true);
            else entry.Delete();
        }
    }

    /// <summary>Removes the journal: the folder is whole.</summary>
    public void Delete() => File.Delete(Path.Combine(_folder, FileName));

    private void Write()
    {
        string path = Path.Combine(_folder, FileName);
        File.WriteAllBytes(path + ".new", JsonSerializer.SerializeToUtf8Bytes(new JournalEntries(_finished, _begun), JournalJsonContext.Default.JournalEntries));
        File.Move(path + ".new", path, overwrite: true);
    }

    private sealed class WeightLog(ConversionJournal journal, BegunGraph graph) : IWeightLog
    {
        public IReadOnlyList<WrittenWeight> Finished => graph.Weights;

        public void Add(IReadOnlyList<WrittenWeight> weights)
        {
            graph = graph with { Weights = [.. graph.Weights, .. weights] };
            journal._begun = graph;
            journal.Write();
        }
    }
}

/// <summary>What the journal's file holds.</summary>
/// <param name="Finished">Graphs that are written.</param>
/// <param name="Begun">The graph that was being written.</param>
internal sealed record JournalEntries(IReadOnlyList<FinishedGraph> Finished, BegunGraph? Begun)
{
    public static readonly JournalEntries None = new([], null);
}

/// <summary>A graph of which some weights are written and on the disk.</summary>
/// <param name="Key">A word for what it was made of: checkpoint, graph and program.</param>
/// <param name="DataFile">The file of its weights.</param>
/// <param name="Weights">Those that are whole, from the first on.</param>
internal sealed record BegunGraph(string Key, string DataFile, IReadOnlyList<WrittenWeight> Weights);

/// <summary>A graph that is written and on the disk.</summary>
/// <param name="Key">A word for what it was made of: checkpoint, graph and program.</param>
/// <param name="Name">Its name.</param>
/// <param name="Description">What to put into the manifest.</param>
/// <param name="Files">Its files.</param>
/// <param name="RoundingErrors">What rounding changed in each matrix.</param>
internal sealed record FinishedGraph(
    string Key, string Name, GraphDescription Description, IReadOnlyList<ModelFile> Files, IReadOnlyDictionary<string, double> RoundingErrors);

[JsonSerializable(typeof(JournalEntries))]
internal sealed partial class JournalJsonContext : JsonSerializerContext;
