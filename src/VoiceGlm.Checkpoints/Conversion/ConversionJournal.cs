using System.Text.Json;
using System.Text.Json.Serialization;
using VoiceGlm.Inference;

namespace VoiceGlm.Checkpoints;

/// <summary>
/// What an unfinished model folder holds of finished graphs, so that a conversion that was interrupted goes on after them. A file in the
/// folder, replaced whole after each graph. Not thread-safe.
/// </summary>
internal sealed class ConversionJournal
{
    /// <summary>Name of the file.</summary>
    public const string FileName = ".conversion.json";

    private readonly string _folder;
    private readonly List<FinishedGraph> _finished;

    private ConversionJournal(string folder, List<FinishedGraph> finished)
    {
        _folder = folder;
        _finished = finished;
    }

    /// <summary>Whether a folder has a journal.</summary>
    public static bool IsIn(string folder) => File.Exists(Path.Combine(folder, FileName));

    /// <summary>Reads the journal of a folder; one that is missing or unreadable is an empty one.</summary>
    public static ConversionJournal Open(string folder)
    {
        try
        {
            string path = Path.Combine(folder, FileName);
            List<FinishedGraph>? finished = File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllBytes(path), JournalJsonContext.Default.ListFinishedGraph) : null;
            return new ConversionJournal(folder, finished ?? []);
        }
        catch (JsonException)
        {
            return new ConversionJournal(folder, []);
        }
    }

    /// <summary>The finished graph of a key, or <see langword="null"/>.</summary>
    public FinishedGraph? Find(string key) => _finished.Find(graph => graph.Key == key);

    /// <summary>Adds a graph whose files are on the disk, in place of an earlier one of its name.</summary>
    public void Add(FinishedGraph graph)
    {
        _finished.RemoveAll(earlier => earlier.Name == graph.Name);
        _finished.Add(graph);
        Write();
    }

    /// <summary>Forgets the graphs of other keys, and removes what lies in the folder beside those that are left.</summary>
    public void KeepOnly(IReadOnlyCollection<string> keys)
    {
        if (_finished.RemoveAll(graph => !keys.Contains(graph.Key)) > 0) Write();
        HashSet<string> kept = [FileName, .. _finished.SelectMany(static graph => graph.Files).Select(static file => file.Path)];
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
        File.WriteAllBytes(path + ".new", JsonSerializer.SerializeToUtf8Bytes(_finished, JournalJsonContext.Default.ListFinishedGraph));
        File.Move(path + ".new", path, overwrite: true);
    }
}

/// <summary>A graph that is written and on the disk.</summary>
/// <param name="Key">A word for what it was made of: checkpoint, graph and program.</param>
/// <param name="Name">Its name.</param>
/// <param name="Description">What to put into the manifest.</param>
/// <param name="Files">Its files.</param>
/// <param name="RoundingErrors">What rounding changed in each matrix.</param>
internal sealed record FinishedGraph(
    string Key, string Name, GraphDescription Description, IReadOnlyList<ModelFile> Files, IReadOnlyDictionary<string, double> RoundingErrors);

[JsonSerializable(typeof(List<FinishedGraph>))]
internal sealed partial class JournalJsonContext : JsonSerializerContext;
