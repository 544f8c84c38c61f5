using Microsoft.Win32.SafeHandles;

namespace VoiceGlm.Checkpoints;

/// <summary>A file that is read at any place. Every failure to read is a <see cref="ModelLoadException"/>.</summary>
internal sealed class RandomAccessFile : IDisposable
{
    private readonly SafeFileHandle _handle;

    /// <summary>Opens a file for reading.</summary>
    /// <exception cref="ModelLoadException">There is no such file, or it may not be read.</exception>
    public RandomAccessFile(string path)
    {
        Path = path;
        try
        {
            _handle = File.OpenHandle(path);
            Length = RandomAccess.GetLength(_handle);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ModelLoadException(path, "a checkpoint file", "no such file", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new ModelLoadException(path, "a readable checkpoint file", $"a failure to open it ({exception.Message.TrimEnd('.')})", exception);
        }
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Bytes in the file when it was opened.</summary>
    public long Length { get; }

    /// <summary>Fills <paramref name="destination"/> with the bytes from <paramref name="position"/> on.</summary>
    /// <exception cref="ModelLoadException">The file ends before, or cannot be read.</exception>
    public void ReadExactly(long position, Span<byte> destination)
    {
        try
        {
            while (destination.Length > 0)
            {
                int read = RandomAccess.Read(_handle, destination, position);
                if (read == 0) throw new ModelLoadException(Path, $"{destination.Length} more bytes at {position}", "the end of the file");
                position += read;
                destination = destination[read..];
            }
        }
        catch (IOException exception)
        {
            throw new ModelLoadException(Path, $"{destination.Length} more bytes at {position}", $"a failure to read ({exception.Message.TrimEnd('.')})", exception);
        }
    }

    /// <summary>Reads a small file whole.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maxLength">The most bytes that it may have.</param>
    /// <exception cref="ModelLoadException">There is no such file, it is too long, or it cannot be read.</exception>
    public static byte[] ReadAll(string path, int maxLength)
    {
        using var file = new RandomAccessFile(path);
        if (file.Length > maxLength) throw new ModelLoadException(path, $"a file of at most {maxLength} bytes", $"{file.Length}");
        var bytes = new byte[file.Length];
        file.ReadExactly(0, bytes);
        return bytes;
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();
}
