using System.Buffers.Binary;
using System.Text;

namespace VoiceGlm.Checkpoints;

/// <summary>Writes a zip of uncompressed entries whose bytes start at multiples of 64, so that they can be mapped into memory. Not thread-safe.</summary>
/// <remarks>PKWARE APPNOTE.TXT 4.3; the padding is an extra field <c>FB</c>, sizes follow the data, as PyTorch's writer does it.</remarks>
internal sealed class StoredZipWriter : IDisposable
{
    private const int DataAlignment = 64;
    private const int LocalHeaderBytes = 30;
    private const int DescriptorBytes = 16;
    private const int CentralHeaderBytes = 46;
    private const int EndBytes = 22;
    private const int ExtraHeaderBytes = 4;
    private const ushort Flags = 0x0808;   // sizes follow the data; names are UTF-8

    private readonly Stream _stream;
    private readonly EntryStream _entry;
    private readonly List<(byte[] Name, uint Crc, uint Length, uint Offset)> _entries = [];
    private byte[]? _name;
    private uint _offset;
    private long _position;

    public StoredZipWriter(Stream stream)
    {
        _stream = stream;
        _entry = new EntryStream(stream);
    }

    /// <summary>Where the bytes of the entry that was begun go.</summary>
    public Stream Entry => _entry;

    /// <summary>Ends the entry before, if there is one, and begins another.</summary>
    public void Begin(string name)
    {
        End();
        _name = Encoding.UTF8.GetBytes(name);
        _offset = Narrow(_position);
        long unpadded = _position + LocalHeaderBytes + _name.Length + ExtraHeaderBytes;
        int padding = (int)((DataAlignment - (unpadded % DataAlignment)) % DataAlignment);
        var header = new byte[LocalHeaderBytes + _name.Length + ExtraHeaderBytes + padding];
        BinaryPrimitives.WriteUInt32LittleEndian(header, 0x04034B50);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(6), Flags);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(26), (ushort)_name.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(28), (ushort)(ExtraHeaderBytes + padding));
        _name.CopyTo(header, LocalHeaderBytes);
        Span<byte> extra = header.AsSpan(LocalHeaderBytes + _name.Length);
        "FB"u8.CopyTo(extra);
        BinaryPrimitives.WriteUInt16LittleEndian(extra[2..], (ushort)padding);
        extra[ExtraHeaderBytes..].Fill((byte)'Z');
        _stream.Write(header);
        _position += header.Length;
        _entry.Restart();
    }

    /// <summary>Adds bytes to the entry that was begun.</summary>
    public void Append(ReadOnlySpan<byte> bytes) => _entry.Write(bytes);

    /// <summary>Writes the directory; nothing may follow.</summary>
    public void Complete()
    {
        End();
        long directory = _position;
        foreach ((byte[] name, uint crc, uint length, uint offset) in _entries)
        {
            var header = new byte[CentralHeaderBytes + name.Length];
            BinaryPrimitives.WriteUInt32LittleEndian(header, 0x02014B50);
            BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(8), Flags);
            BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(16), crc);
            BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(20), length);
            BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(24), length);
            BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(28), (ushort)name.Length);
            BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(42), offset);
            name.CopyTo(header, CentralHeaderBytes);
            _stream.Write(header);
            _position += header.Length;
        }

        Span<byte> end = stackalloc byte[EndBytes];
        end.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(end, 0x06054B50);
        BinaryPrimitives.WriteUInt16LittleEndian(end[8..], checked((ushort)_entries.Count));
        BinaryPrimitives.WriteUInt16LittleEndian(end[10..], (ushort)_entries.Count);
        BinaryPrimitives.WriteUInt32LittleEndian(end[12..], Narrow(_position - directory));
        BinaryPrimitives.WriteUInt32LittleEndian(end[16..], Narrow(directory));
        _stream.Write(end);
    }

    public void Dispose() => _entry.Dispose();

    private void End()
    {
        if (_name is null) return;
        uint length = Narrow(_entry.Length);
        Span<byte> descriptor = stackalloc byte[DescriptorBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(descriptor, 0x08074B50);
        BinaryPrimitives.WriteUInt32LittleEndian(descriptor[4..], _entry.Crc);
        BinaryPrimitives.WriteUInt32LittleEndian(descriptor[8..], length);
        BinaryPrimitives.WriteUInt32LittleEndian(descriptor[12..], length);
        _stream.Write(descriptor);
        _position += length + DescriptorBytes;
        _entries.Add((_name, _entry.Crc, length, _offset));
        _name = null;
    }

    private static uint Narrow(long value) =>
        value <= uint.MaxValue ? (uint)value : throw new NotSupportedException("A torch file of more than 4 GB is not written.");

    /// <summary>Counts and sums what passes through.</summary>
    private sealed class EntryStream(Stream inner) : Stream
    {
        private long _length;
        private uint _crc;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => _length;

        public override long Position
        {
            get => _length;
            set => throw new NotSupportedException();
        }

        public uint Crc => _crc;

        public void Restart()
        {
            _length = 0;
            _crc = 0;
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            inner.Write(buffer);
            _crc = Crc32.Append(_crc, buffer);
            _length += buffer.Length;
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
