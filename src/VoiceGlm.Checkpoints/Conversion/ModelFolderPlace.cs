using VoiceGlm.Inference;

namespace VoiceGlm.Checkpoints;

/// <summary>
/// The place of a model folder and what lies beside it while one is written: <c>.partial-…</c>, the new folder that is not whole
/// yet, and <c>.old-…</c>, the former one while the two change places. Held by one writer at a time. Not thread-safe.
/// </summary>
/// <remarks>
/// At any moment either the place or an <c>.old-…</c> beside it holds a whole model; whoever takes the place next puts such a
/// one back, goes on with a <c>.partial-…</c> that holds finished graphs, and removes other leftovers of a writer that was killed.
/// </remarks>
internal sealed class ModelFolderPlace : IDisposable
{
    private readonly IDisposable _hold;
    private readonly string _former;

    /// <summary>Takes the place.</summary>
    /// <exception cref="IOException">The place is a file, a folder of other files or a model that cannot be read, or is being written by another.</exception>
    /// <exception cref="UnauthorizedAccessException">The place may not be written.</exception>
    public ModelFolderPlace(string path)
    {
        Path = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        string unique = Guid.NewGuid().ToString("N");
        _former = $"{Path}.old-{unique}";
        if (File.Exists(Path)) throw new IOException($"{Path}: expected a folder or nothing, found a file.");
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path) ?? Path);
        _hold = LockFile.Take($"{Path}.lock", "that nobody else writes this model folder", "that another conversion does");
        try
        {
            RemoveLeftovers();
            Former = ReadFormer();
            Staging = AdoptPartial() ?? $"{Path}.partial-{unique}";
            Directory.CreateDirectory(Staging);
        }
        catch
        {
            _hold.Dispose();
            throw;
        }
    }

    /// <summary>The model folder.</summary>
    public string Path { get; }

    /// <summary>Where the new folder is written.</summary>
    public string Staging { get; }

    /// <summary>The manifest of the model that is there, or <see langword="null"/>.</summary>
    public ModelManifest? Former { get; }

    /// <summary>Puts the new folder, which is whole, into the place.</summary>
    public void Exchange()
    {
        bool occupied = Directory.Exists(Path);
        if (occupied) Directory.Move(Path, _former);
        try
        {
            Directory.Move(Staging, Path);
        }
        catch when (occupied)
        {
            Directory.Move(_former, Path);
            throw;
        }

        if (occupied) Directory.Delete(_former, recursive: true);
    }

    /// <summary>Removes the new folder, unless it is in its place or holds finished graphs, and gives the place back.</summary>
    public void Dispose()
    {
        if (Directory.Exists(Staging) && !ConversionJournal.IsIn(Staging)) Directory.Delete(Staging, recursive: true);
        _hold.Dispose();
    }

    private void RemoveLeftovers()
    {
        foreach (string former in Beside("old").Where(IsModel))
        {
            if (!Directory.Exists(Path)) Directory.Move(former, Path);
            else if (IsModel(Path)) Directory.Delete(former, recursive: true);
        }
    }

    // The newest that holds finished graphs; the others are removed.
    private string? AdoptPartial()
    {
        string[] partials = [.. Beside("partial").OrderByDescending(ConversionJournal.IsIn).ThenByDescending(Directory.GetLastWriteTimeUtc)];
        string? adopted = partials is [var first, ..] && ConversionJournal.IsIn(first) ? first : null;
        foreach (string partial in partials.Where(partial => partial != adopted)) Directory.Delete(partial, recursive: true);
        return adopted;
    }

    // Folders that end in a writer's own number, and no others.
    private IEnumerable<string> Beside(string kind)
    {
        string prefix = $"{Path}.{kind}-";
        return Directory.GetDirectories(System.IO.Path.GetDirectoryName(Path)!)
            .Where(folder => folder.StartsWith(prefix, StringComparison.Ordinal) && Guid.TryParseExact(folder[prefix.Length..], "N", out _));
    }

    private ModelManifest? ReadFormer()
    {
        if (!Directory.Exists(Path) || !Directory.EnumerateFileSystemEntries(Path).Any()) return null;
        if (!IsModel(Path)) throw new IOException($"{Path}: expected a model folder, an empty folder or nothing, found a folder of other files.");
        try
        {
            return ModelManifest.Read(Path);
        }
        catch (ModelLoadException exception)
        {
            throw new IOException(
                $"{Path}: expected a model that this version reads, found another ({exception.Message}) Remove it or choose another output.", exception);
        }
    }

    private static bool IsModel(string folder) => File.Exists(System.IO.Path.Combine(folder, ModelManifest.FileName));
}
