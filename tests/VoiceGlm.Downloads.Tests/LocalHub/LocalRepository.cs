using System.Security.Cryptography;
using System.Text;

namespace VoiceGlm.Downloads.Tests;

/// <summary>A repository of a <see cref="LocalHub"/>: files in memory.</summary>
internal sealed class LocalRepository(string name)
{
    public string Name { get; } = name;

    public Dictionary<string, byte[]> Files { get; } = [];

    /// <summary>Another for other contents, as Git has it.</summary>
    public string Commit => Sha256(Encoding.UTF8.GetBytes(string.Concat(Files.OrderBy(static file => file.Key, StringComparer.Ordinal).Select(static file => file.Key + Sha256(file.Value)))))[..40];

    public static LocalRepository Read(string name, string folder)
    {
        var repository = new LocalRepository(name);
        foreach (string path in Directory.EnumerateFiles(folder)) repository.Files.Add(Path.GetFileName(path), File.ReadAllBytes(path));
        return repository;
    }

    /// <summary>Whether Git LFS has the file, as hubs decide it: by its kind.</summary>
    public static bool IsLarge(string file) => Path.GetExtension(file) is ".safetensors" or ".pt" or ".bin" or ".model";

    public static string Sha256(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    public static string GitBlob(byte[] bytes)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        hash.AppendData(Encoding.ASCII.GetBytes($"blob {bytes.Length}\0"));
        hash.AppendData(bytes);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
