using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;

namespace VoiceGlm.Tools.Filming;

/// <summary>
/// Keeps jobs across restarts: a file to which each change is added as a line of JSON, and is on the disk before the change is acted upon.
/// Thread-safe; one process at a time.
/// </summary>
internal sealed class JobJournal(IOptions<ToolOptions> options, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly string _folder = options.Value.FolderOrDefault;
    private readonly TimeSpan _keep = options.Value.KeepResults;

    private string Path => System.IO.Path.Combine(_folder, "jobs.jsonl");

    /// <summary>Writes down how a job stands.</summary>
    /// <exception cref="IOException">It cannot be written: what depends on it must not be done.</exception>
    public void Write(VideoJob job)
    {
        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(job, JournalJson.Default.VideoJob), (byte)'\n'];
        lock (_lock)
        {
            Directory.CreateDirectory(_folder);
            using var file = new FileStream(Path, FileMode.Append, FileAccess.Write, FileShare.Read);
            file.Write(line);
            file.Flush(flushToDisk: true);
        }
    }

    /// <summary>The jobs as they were last written, and the file without what is old.</summary>
    public IReadOnlyList<VideoJob> Read()
    {
        lock (_lock)
        {
            if (!File.Exists(Path)) return [];
            var jobs = new Dictionary<string, VideoJob>();
            foreach (string line in File.ReadLines(Path))
            {
                if (Parse(line) is { } job) jobs[job.Id] = job;
            }

            DateTimeOffset oldest = time.GetUtcNow() - _keep;
            VideoJob[] kept = [.. jobs.Values.Where(job => job.IsOpen || job.Begun > oldest)];
            string next = Path + ".new";
            File.WriteAllLines(next, kept.Select(static job => JsonSerializer.Serialize(job, JournalJson.Default.VideoJob)));
            File.Move(next, Path, overwrite: true);
            return kept;
        }
    }

    // The last line is not whole where the machine stopped in mid-write: what it told was not acted upon.
    private static VideoJob? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, JournalJson.Default.VideoJob);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>How jobs are written down.</summary>
[JsonSourceGenerationOptions(UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(VideoJob))]
internal sealed partial class JournalJson : JsonSerializerContext;
