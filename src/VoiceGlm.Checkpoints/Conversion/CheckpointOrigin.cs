using System.Security.Cryptography;
using System.Text;
using VoiceGlm.Inference;

namespace VoiceGlm.Checkpoints;

/// <summary>Where a checkpoint comes from, as far as its folder tells. Stateless.</summary>
/// <remarks>huggingface/huggingface_hub: a cache has <c>models--OWNER--NAME/snapshots/REVISION</c>, a plain download <c>.cache/huggingface/download/*.metadata</c>.</remarks>
internal static class CheckpointOrigin
{
    private static readonly string[] s_weightExtensions = [".safetensors", ".pt", ".bin"];

    /// <summary>Reads a checkpoint's name and revision.</summary>
    /// <param name="folder">The checkpoint.</param>
    /// <param name="card">Its card.</param>
    public static ModelSource Read(string folder, ModelCard card)
    {
        string path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        return new ModelSource(NameOf(path), SnapshotOf(path) ?? DownloadOf(path) ?? DigestOf(path), card.License ?? "unknown");
    }

    /// <summary>A word for the files of a checkpoint as they are now: one that was changed has another.</summary>
    public static string Stamp(string folder)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (FileInfo file in Files(folder)) hash.AppendData(Encoding.UTF8.GetBytes($"{file.Name} {file.Length} {file.LastWriteTimeUtc.Ticks}\n"));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static string NameOf(string path)
    {
        const string CachePrefix = "models--";
        if (SnapshotOf(path) is not null && Path.GetFileName(Path.GetDirectoryName(Path.GetDirectoryName(path))) is { } repository
            && repository.StartsWith(CachePrefix, StringComparison.Ordinal))
        {
            return repository[CachePrefix.Length..].Replace("--", "/", StringComparison.Ordinal);
        }

        return Path.GetFileName(path);
    }

    private static string? SnapshotOf(string path) =>
        Path.GetFileName(Path.GetDirectoryName(path)) == "snapshots" && IsCommit(Path.GetFileName(path)) ? Path.GetFileName(path) : null;

    private static string? DownloadOf(string path)
    {
        string downloads = Path.Combine(path, ".cache", "huggingface", "download");
        if (!Directory.Exists(downloads)) return null;
        return Directory.EnumerateFiles(downloads, "*.metadata").Order(StringComparer.Ordinal)
            .Select(static file => File.ReadLines(file).FirstOrDefault()?.Trim())
            .FirstOrDefault(static line => line is not null && IsCommit(line));
    }

    // Two checkpoints of the same configuration differ at least in the lengths or names of their weights, or in their cards.
    private static string DigestOf(string path)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (FileInfo file in Files(path))
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{file.Name} {file.Length}\n"));
            if (!IsWeight(file)) hash.AppendData(File.ReadAllBytes(file.FullName));
        }

        return $"sha256:{Convert.ToHexStringLower(hash.GetHashAndReset())}";
    }

    private static bool IsCommit(string value) => value.Length == 40 && value.All(char.IsAsciiHexDigit);

    private static bool IsWeight(FileInfo file) => s_weightExtensions.Contains(file.Extension);

    private static IEnumerable<FileInfo> Files(string folder) =>
        new DirectoryInfo(folder).EnumerateFiles().OrderBy(static file => file.Name, StringComparer.Ordinal);
}
