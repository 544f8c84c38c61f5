using System.Buffers.Binary;
using System.Text;

namespace VoiceGlm.Checkpoints;

/// <summary>The entries of a zip file and where their bytes lie, which <see cref="System.IO.Compression.ZipArchive"/> does not tell.</summary>
/// <remarks>PKWARE APPNOTE 6.3: 4.3.16 (end of central directory), 4.3.14 and 4.3.15 (zip64), 4.3.12 (central header), 4.3.7 (local header).</remarks>
internal sealed class ZipDirectory
{
    private const int EndLength = 22;
    private const int CentralHeaderLength = 46;
    private const int LocalHeaderLength = 30;
    private const int MaxCommentLength = ushort.MaxValue;
    private const int MaxDirectoryBytes = 1 << 26;

    private readonly RandomAccessFile _file;
    private readonly Dictionary<string, Entry> _entries = [];
    private readonly HashSet<long> _boundaries = [];

    /// <summary>Reads the directory at the end of the file.</summary>
    /// <exception cref="ModelLoadException">The file is not a zip file, or is cut.</exception>
    public ZipDirectory(RandomAccessFile file)
    {
        _file = file;
        (long position, long length) = FindDirectory();
        if (position < 0 || length < 0 || length > file.Length - position) throw Wrong("a central directory within the file", $"one of {length} bytes at {position}");
        if (length > MaxDirectoryBytes) throw Wrong($"a central directory of at most {MaxDirectoryBytes} bytes", $"{length}");
        var directory = new byte[length];
        file.ReadExactly(position, directory);
        _boundaries.Add(position);
        for (ReadOnlySpan<byte> rest = directory; rest.Length > 0;) rest = rest[AddEntry(rest)..];
    }

    /// <summary>The names of the entries.</summary>
    public IReadOnlyCollection<string> Names => _entries.Keys;

    /// <summary>Where the bytes of an entry lie.</summary>
    /// <exception cref="ModelLoadException">There is no such entry, or it is compressed, encrypted or cut.</exception>
    public (long Position, long Length) Locate(string name)
    {
        if (!_entries.TryGetValue(name, out Entry entry)) throw Wrong($"an entry '{name}'", "no such entry");
        if (entry.IsEncrypted || entry.Method != 0) throw Wrong($"'{name}' stored as torch.save stores it", entry.IsEncrypted ? "it encrypted" : "it compressed");
        Span<byte> header = stackalloc byte[LocalHeaderLength];
        if (entry.HeaderPosition < 0 || entry.HeaderPosition > _file.Length - LocalHeaderLength)
        {
            throw Wrong($"'{name}' within the file", $"it at {entry.HeaderPosition}");
        }

        _file.ReadExactly(entry.HeaderPosition, header);
        if (UInt32(header, 0) != 0x04034b50) throw Wrong($"a local header of '{name}' at {entry.HeaderPosition}", "other bytes");
        long position = entry.HeaderPosition + LocalHeaderLength + UInt16(header, 26) + UInt16(header, 28);
        if (entry.Length < 0 || entry.Length != entry.StoredLength || entry.Length > _file.Length - position)
        {
            throw Wrong($"'{name}' within the file", $"{entry.Length} bytes of it at {position} of {_file.Length}");
        }

        return EndsAt(position + entry.Length, entry) ? (position, entry.Length) : throw Wrong($"the end of '{name}' at {position + entry.Length}", "other bytes");
    }

    /// <summary>Reads a small entry whole and checks its sum.</summary>
    /// <exception cref="ModelLoadException">As <see cref="Locate"/>, or the entry is longer than <paramref name="maxLength"/>, or not what was written.</exception>
    public byte[] ReadAll(string name, int maxLength)
    {
        (long position, long length) = Locate(name);
        if (length > maxLength) throw Wrong($"'{name}' of at most {maxLength} bytes", $"{length}");
        var bytes = new byte[length];
        _file.ReadExactly(position, bytes);
        return Crc32.Append(0, bytes) == _entries[name].Crc32 ? bytes : throw Wrong($"'{name}' with the check sum of the directory", "another");
    }

    // The local header alone says where an entry begins, and nothing guards it: the end must fit too. What follows is a data descriptor,
    // with or without its signature, or the next header.
    private bool EndsAt(long end, Entry entry)
    {
        if (!entry.HasDescriptor) return _boundaries.Contains(end);
        Span<byte> descriptor = stackalloc byte[8];
        if (end > _file.Length - descriptor.Length) return false;
        _file.ReadExactly(end, descriptor);
        return UInt32(descriptor, UInt32(descriptor, 0) == 0x08074b50 ? 4 : 0) == entry.Crc32;
    }

    private (long Position, long Length) FindDirectory()
    {
        var tail = new byte[Math.Min(_file.Length, EndLength + MaxCommentLength)];
        long tailPosition = _file.Length - tail.Length;
        _file.ReadExactly(tailPosition, tail);
        for (int i = tail.Length - EndLength; i >= 0; i--)
        {
            if (UInt32(tail, i) != 0x06054b50 || i + EndLength + UInt16(tail, i + 20) != tail.Length) continue;
            return FindZip64Directory(tailPosition + i) ?? (UInt32(tail, i + 16), UInt32(tail, i + 12));
        }

        throw Wrong("a zip file as torch.save writes it", "no end of a zip directory: the file is cut or of another kind");
    }

    private (long Position, long Length)? FindZip64Directory(long endPosition)
    {
        const int locatorLength = 20;
        const int recordLength = 56;
        Span<byte> bytes = stackalloc byte[recordLength];
        if (endPosition < locatorLength) return null;
        _file.ReadExactly(endPosition - locatorLength, bytes[..locatorLength]);
        if (UInt32(bytes, 0) != 0x07064b50) return null;
        long position = Int64(bytes, 8);
        if (position < 0 || position > _file.Length - recordLength) throw Wrong("a zip64 record within the file", $"it at {position}");
        _file.ReadExactly(position, bytes);
        return UInt32(bytes, 0) == 0x06064b50 ? (Int64(bytes, 48), Int64(bytes, 40)) : throw Wrong($"a zip64 record at {position}", "other bytes");
    }

    private int AddEntry(ReadOnlySpan<byte> directory)
    {
        if (directory.Length < CentralHeaderLength || UInt32(directory, 0) != 0x02014b50) throw Wrong("an entry of the central directory", "other bytes");
        int nameEnd = CentralHeaderLength + UInt16(directory, 28);
        int extraEnd = nameEnd + UInt16(directory, 30);
        int end = extraEnd + UInt16(directory, 32);
        if (end > directory.Length) throw Wrong("a whole entry of the central directory", "a part of one");
        string name = Encoding.UTF8.GetString(directory[CentralHeaderLength..nameEnd]);
        long length = UInt32(directory, 24);
        long storedLength = UInt32(directory, 20);
        long headerPosition = UInt32(directory, 42);
        for (ReadOnlySpan<byte> extra = directory[nameEnd..extraEnd]; extra.Length >= 4;)
        {
            int fieldLength = UInt16(extra, 2);
            if (fieldLength > extra.Length - 4) throw Wrong($"whole extra fields of '{name}'", "a part of one");
            if (UInt16(extra, 0) == 1)
            {
                ReadOnlySpan<byte> field = extra.Slice(4, fieldLength);
                Widen(name, ref length, ref field);
                Widen(name, ref storedLength, ref field);
                Widen(name, ref headerPosition, ref field);
            }

            extra = extra[(4 + fieldLength)..];
        }

        int flags = UInt16(directory, 8);
        var entry = new Entry((flags & 1) != 0, (flags & 8) != 0, UInt16(directory, 10), UInt32(directory, 16), headerPosition, length, storedLength);
        _boundaries.Add(headerPosition);
        if (!_entries.TryAdd(name, entry)) throw Wrong($"one entry '{name}'", "two");
        return end;
    }

    // A field of 32 bits that is all ones stands in the zip64 field instead.
    private void Widen(string name, ref long value, ref ReadOnlySpan<byte> field)
    {
        if (value != uint.MaxValue) return;
        if (field.Length < sizeof(long)) throw Wrong($"a whole zip64 field of '{name}'", "a part of one");
        value = Int64(field, 0);
        field = field[sizeof(long)..];
    }

    private ModelLoadException Wrong(string expected, string found) => new(_file.Path, expected, found);

    private static ushort UInt16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint UInt32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static long Int64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadInt64LittleEndian(bytes[at..]);

    private readonly record struct Entry(bool IsEncrypted, bool HasDescriptor, int Method, uint Crc32, long HeaderPosition, long Length, long StoredLength);
}
