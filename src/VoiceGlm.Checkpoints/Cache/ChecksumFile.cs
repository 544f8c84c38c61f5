using System.Security.Cryptography;
using System.Text;
using VoiceGlm.Inference;

namespace VoiceGlm.Checkpoints;

/// <summary>The SHA-256 of every file of a folder, in the format of <c>sha256sum</c>. Stateless.</summary>
internal static class ChecksumFile
{
    /// <summary>Its name in the folder.</summary>
    public const string Name = "SHA256SUMS";

    /// <summary>Checks every file that it names.</summary>
    /// <returns>A digest of the whole folder.</returns>
    /// <exception cref="ModelLoadException">The checksums are missing or cannot be read, or a file is missing or another.</exception>
    public static string Verify(string folder, CancellationToken cancellationToken)
    {
        string path = Path.Combine(folder, Name);
        if (!Directory.Exists(folder)) throw new ModelLoadException(folder, "a checkpoint's folder", "no such folder");
        if (!File.Exists(path)) throw new ModelLoadException(path, "the SHA-256 of the checkpoint's files", "no such file");
        string text = File.ReadAllText(path);
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries)) VerifyLine(folder, path, line.TrimEnd('\r'), cancellationToken);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }

    // "digest  path", the path relative to the folder.
    private static void VerifyLine(string folder, string path, string line, CancellationToken cancellationToken)
    {
        string[] parts = line.Split("  ", 2);
        if (parts is not [{ Length: 2 * SHA256.HashSizeInBytes } expected, var name] || !ModelFolder.IsInside(name))
            throw new ModelLoadException(path, "lines of a SHA-256, two spaces and a file inside the folder", $"'{line}'");
        string file = Path.Combine(folder, name);
        if (!File.Exists(file)) throw new ModelLoadException(file, "a file of the checkpoint", "no such file");
        string found = FileHash.Compute(file, null, cancellationToken).Sha256;
        if (found != expected) throw new ModelLoadException(file, $"SHA-256 {expected}", $"SHA-256 {found}: the file is damaged");
    }
}
