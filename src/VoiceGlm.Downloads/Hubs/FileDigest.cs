using System.Security.Cryptography;
using System.Text;
using VoiceGlm.Checkpoints;

namespace VoiceGlm.Downloads;

/// <summary>What the bytes of a file come to, as a hub tells it.</summary>
public sealed record FileDigest
{
    private readonly bool _isBlob;

    private FileDigest(string hex, bool isBlob)
    {
        Hex = hex;
        _isBlob = isBlob;
    }

    /// <summary>The number, in lower-case hexadecimal.</summary>
    public string Hex { get; }

    /// <summary>The SHA-256 of the bytes, by which Git LFS knows a large file.</summary>
    /// <returns><see langword="null"/> where the text is not 64 hexadecimal digits.</returns>
    public static FileDigest? Sha256(string? hex) => IsHex(hex, 64) ? new FileDigest(hex!.ToLowerInvariant(), isBlob: false) : null;

    /// <summary>The SHA-1 of a header and the bytes, by which Git knows a file that it holds itself.</summary>
    /// <returns><see langword="null"/> where the text is not 40 hexadecimal digits.</returns>
    public static FileDigest? GitBlob(string? hex) => IsHex(hex, 40) ? new FileDigest(hex!.ToLowerInvariant(), isBlob: true) : null;

    /// <summary>Computes the same of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="read">Told the number of bytes read, after each piece.</param>
    /// <param name="cancellationToken">Ends the reading between two pieces.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public FileDigest Of(string path, Action<long>? read, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(_isBlob ? HashAlgorithmName.SHA1 : HashAlgorithmName.SHA256);
        if (_isBlob) hash.AppendData(Encoding.ASCII.GetBytes($"blob {new FileInfo(path).Length}\0"));
        return new FileDigest(FileHash.Compute(path, hash, read, cancellationToken).Hash, _isBlob);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{(_isBlob ? "Git blob SHA-1" : "SHA-256")} {Hex}";

    private static bool IsHex(string? text, int length) => text?.Length == length && text.All(char.IsAsciiHexDigit);
}
