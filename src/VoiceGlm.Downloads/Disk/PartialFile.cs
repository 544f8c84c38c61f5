using Microsoft.Win32.SafeHandles;

namespace VoiceGlm.Downloads;

/// <summary>A file that is there in part, and its journal beside it. Thread-safe.</summary>
internal sealed class PartialFile : IDisposable
{
    private readonly Lock _lock = new();
    private readonly SafeFileHandle _handle;
    private readonly DownloadJournal _journal;

    /// <summary>Opens a file, to go on with it.</summary>
    /// <param name="path">The file; it begins anew where there is none, or one without its journal.</param>
    /// <param name="file">The file that is fetched.</param>
    public PartialFile(string path, HubFile file)
    {
        // Bytes that the journal speaks of are in a file of full length.
        if (new FileInfo(path) is not { Exists: true } there || there.Length != file.Bytes) File.Delete(JournalOf(path));
        _journal = new DownloadJournal(JournalOf(path), file);
        _handle = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, FileOptions.Asynchronous);
        RandomAccess.SetLength(_handle, file.Bytes);
    }

    /// <summary>Bytes that are there.</summary>
    public long Count
    {
        get
        {
            lock (_lock) return _journal.Ranges.Count;
        }
    }

    /// <summary>Bytes of a file that are there, without opening it.</summary>
    public static long CountOf(string path, HubFile file) =>
        new FileInfo(path) is { Exists: true } there && there.Length == file.Bytes ? DownloadJournal.CountOf(JournalOf(path), file) : 0;

    /// <summary>Removes a file and its journal.</summary>
    public static void Delete(string path)
    {
        File.Delete(JournalOf(path));
        File.Delete(path);
    }

    /// <summary>The bytes that are not there, in pieces of a size at most.</summary>
    public IReadOnlyList<(long Start, long End)> Missing(long pieceBytes)
    {
        lock (_lock) return _journal.Ranges.Missing(pieceBytes);
    }

    /// <summary>Whether what a server calls the contents is what it called those that are here.</summary>
    public bool IsSame(string? tag)
    {
        lock (_lock)
        {
            if (tag is not null && _journal.Tag is null) _journal.SetTag(tag);
            return tag is null || tag == _journal.Tag;
        }
    }

    /// <summary>Writes bytes. They count when they are recorded.</summary>
    public ValueTask WriteAsync(long position, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        RandomAccess.WriteAsync(_handle, bytes, position, cancellationToken);

    /// <summary>Records that a range has been written.</summary>
    public void Record(long start, long end)
    {
        if (start == end) return;
        lock (_lock) _journal.Add(start, end);
    }

    /// <summary>Waits until what was written is on the disk.</summary>
    public void Flush() => RandomAccess.FlushToDisk(_handle);

    /// <inheritdoc/>
    public void Dispose()
    {
        _handle.Dispose();
        _journal.Dispose();
    }

    private static string JournalOf(string path) => path + ".journal";
}
