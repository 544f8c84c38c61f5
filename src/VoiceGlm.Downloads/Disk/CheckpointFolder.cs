using System.Globalization;

namespace VoiceGlm.Downloads;

/// <summary>
/// The folder that a repository's files are fetched into. It remembers where each file is from as Hugging Face's own tools do, so that a folder of
/// theirs is gone on with, and the conversion finds the commit. Thread-safe for different files.
/// </summary>
/// <remarks>huggingface/huggingface_hub _local_folder.py: <c>.cache/huggingface/download/FILE.metadata</c>, three lines: commit, digest, seconds since 1970.</remarks>
internal sealed class CheckpointFolder(string path, HubRepository repository)
{
    private readonly string _records = Path.Combine(path, ".cache", "huggingface", "download");

    /// <summary>Where a file lies when it is whole.</summary>
    public string PathOf(HubFile file) => Path.Combine(path, file.Name);

    /// <summary>Where a file lies while it is fetched.</summary>
    public string PartialPathOf(HubFile file) => Path.Combine(_records, file.Name + ".partial");

    /// <summary>Makes the folder.</summary>
    public void Create() => Directory.CreateDirectory(_records);

    /// <summary>Tells what is there of a file; one that was fetched for another revision, and is the same in this one, is remembered as this one's.</summary>
    public FilePresence Recognise(HubFile file)
    {
        var there = new FileInfo(PathOf(file));
        if (!there.Exists || there.Length != file.Bytes) return FilePresence.Missing;
        string record = RecordOf(file);
        string[] lines = File.Exists(record) ? File.ReadAllLines(record) : [];
        bool known = lines.Length >= 3
            && lines[1].Trim() == file.Digest.Hex
            && double.TryParse(lines[2], CultureInfo.InvariantCulture, out double seconds)
            // Times of files may be rounded to a second.
            && (there.LastWriteTimeUtc - DateTime.UnixEpoch).TotalSeconds <= seconds + 1;
        if (!known) return FilePresence.Unchecked;
        if (lines[0].Trim() != repository.Revision) Remember(file);
        return FilePresence.Whole;
    }

    /// <summary>Remembers that a file is whole.</summary>
    public void Remember(HubFile file) => File.WriteAllText(
        RecordOf(file),
        string.Create(CultureInfo.InvariantCulture, $"{repository.Revision}\n{file.Digest.Hex}\n{(DateTime.UtcNow - DateTime.UnixEpoch).TotalSeconds:F3}\n"));

    /// <summary>Puts a file that is whole and checked into its place.</summary>
    public void Keep(HubFile file)
    {
        string partial = PartialPathOf(file);
        File.Move(partial, PathOf(file), overwrite: true);
        PartialFile.Delete(partial);
        Remember(file);
    }

    private string RecordOf(HubFile file) => Path.Combine(_records, file.Name + ".metadata");
}

/// <summary>What is there of a file.</summary>
internal enum FilePresence
{
    /// <summary>Nothing of it at its place, or something of another length.</summary>
    Missing,

    /// <summary>A file of the right length; its bytes are still to be checked.</summary>
    Unchecked,

    /// <summary>The file.</summary>
    Whole,
}
