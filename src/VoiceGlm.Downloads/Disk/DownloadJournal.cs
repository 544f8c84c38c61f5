using System.Globalization;
using System.Text;

namespace VoiceGlm.Downloads;

/// <summary>
/// What is known of a file that is there in part: which file it is, and which of its bytes have been written. A text file that only
/// grows, a line for each range; whatever ends it, all whole lines before are true. Not thread-safe.
/// </summary>
internal sealed class DownloadJournal : IDisposable
{
    private const string TagWord = "tag ";

    private readonly FileStream _stream;

    /// <summary>Opens a journal, to go on with it.</summary>
    /// <param name="path">The journal; it begins anew where there is none, or one of another file.</param>
    /// <param name="file">The file that is fetched.</param>
    public DownloadJournal(string path, HubFile file)
    {
        _stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        Ranges = new RangeSet(file.Bytes);
        string title = TitleOf(file);
        int good = Read(_stream, title, Ranges, out string? tag);
        Tag = tag;
        _stream.SetLength(good);
        _stream.Position = good;
        if (good == 0) Write(title);
    }

    /// <summary>The bytes that have been written.</summary>
    public RangeSet Ranges { get; }

    /// <summary>What the server called the contents that they are part of, or <see langword="null"/>.</summary>
    public string? Tag { get; private set; }

    /// <summary>Bytes of a file that are there, without opening its journal for writing.</summary>
    public static long CountOf(string path, HubFile file)
    {
        if (!File.Exists(path)) return 0;
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var ranges = new RangeSet(file.Bytes);
        Read(stream, TitleOf(file), ranges, out _);
        return ranges.Count;
    }

    /// <summary>Says that a range has been written.</summary>
    public void Add(long start, long end)
    {
        Ranges.Add(start, end);
        Write(string.Create(CultureInfo.InvariantCulture, $"{start} {end}"));
    }

    /// <summary>Says what the server calls the contents.</summary>
    public void SetTag(string tag)
    {
        Tag = tag;
        Write(TagWord + tag);
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private static string TitleOf(HubFile file) => string.Create(CultureInfo.InvariantCulture, $"{file.Bytes} {file.Digest}");

    // Reads whole lines as far as they make sense, and returns where they end.
    private static int Read(FileStream stream, string title, RangeSet ranges, out string? tag)
    {
        tag = null;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        int good = 0;
        for (int end; (end = Array.IndexOf(bytes, (byte)'\n', good)) >= 0; good = end + 1)
        {
            string line = Encoding.UTF8.GetString(bytes, good, end - good);
            if (good == 0)
            {
                if (line != title) return 0;
            }
            else if (line.StartsWith(TagWord, StringComparison.Ordinal))
            {
                tag = line[TagWord.Length..];
            }
            else if (!TryAdd(line, ranges))
            {
                return good;
            }
        }

        return good;
    }

    private static bool TryAdd(string line, RangeSet ranges)
    {
        string[] words = line.Split(' ');
        if (words.Length != 2 || !long.TryParse(words[0], CultureInfo.InvariantCulture, out long start) || !long.TryParse(words[1], CultureInfo.InvariantCulture, out long end)) return false;
        if (start < 0 || start >= end || end > ranges.Length) return false;
        ranges.Add(start, end);
        return true;
    }

    private void Write(string line)
    {
        _stream.Write(Encoding.UTF8.GetBytes(line + "\n"));
        _stream.Flush();
    }
}
