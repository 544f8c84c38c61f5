using System.Security.Cryptography;

namespace VoiceGlm.Checkpoints;

/// <summary>The hash of a file, computed piece by piece. Stateless.</summary>
public static class FileHash
{
    private const int PieceBytes = 1 << 22;

    /// <summary>Reads a file once.</summary>
    /// <param name="path">The file.</param>
    /// <param name="read">Told the number of bytes read, after each piece.</param>
    /// <param name="cancellationToken">Ends the reading between two pieces.</param>
    /// <returns>Its length and its SHA-256 in lower-case hexadecimal.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static (long Length, string Sha256) Compute(string path, Action<long>? read, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        return Compute(path, hash, read, cancellationToken);
    }

    /// <summary>Reads a file once, into a hash that may have begun with other bytes.</summary>
    /// <param name="path">The file.</param>
    /// <param name="hash">Takes the bytes; it is reset.</param>
    /// <param name="read">Told the number of bytes read, after each piece.</param>
    /// <param name="cancellationToken">Ends the reading between two pieces.</param>
    /// <returns>The file's length and the hash in lower-case hexadecimal.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static (long Length, string Hash) Compute(string path, IncrementalHash hash, Action<long>? read, CancellationToken cancellationToken)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        var piece = new byte[Math.Min(PieceBytes, Math.Max(1, stream.Length))];
        long length = 0;
        for (int count; (count = stream.Read(piece)) > 0; length += count)
        {
            cancellationToken.ThrowIfCancellationRequested();
            hash.AppendData(piece, 0, count);
            read?.Invoke(count);
        }

        return (length, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }
}
