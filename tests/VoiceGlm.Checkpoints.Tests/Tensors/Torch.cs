using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace VoiceGlm.Checkpoints.Tests;

/// <summary>Writes torch files by hand, wrong ones above all.</summary>
internal static class Torch
{
    /// <summary>A pickle's tensor of one dimension over storage 0, to be put into a dict.</summary>
    public static string Tensor(
        string storage = "FloatStorage", string count = "K\u0004", string offset = "K\0", string shape = "K\u0004\u0085", string strides = "K\u0001\u0085") =>
        "ctorch._utils\n_rebuild_tensor_v2\n("
        + $"(X\u0007\0\0\0storagectorch\n{storage}\nX\u0001\0\0\00X\u0003\0\0\0cpu{count}tQ"
        + $"{offset}{shape}{strides}\u0089ccollections\nOrderedDict\n)RtR";

    /// <summary>The pickle of a dict with one item, <c>w</c>.</summary>
    public static string Dict(string value) => $"\u0080\u0002}}X\u0001\0\0\0w{value}s.";

    /// <summary>A 64-bit integer.</summary>
    public static string Long(long value) => "\u008a\u0008" + Encoding.Latin1.GetString(BitConverter.GetBytes(value));

    /// <summary>Writes a torch file of one pickle and one storage.</summary>
    /// <param name="path">The file.</param>
    /// <param name="pickle">Its bytes as Latin-1.</param>
    /// <param name="storage">The bytes of storage 0.</param>
    /// <param name="compression">Other than torch, a tool may compress.</param>
    /// <param name="more">Names and texts of more entries.</param>
    public static void Write(
        string path, string pickle, byte[]? storage = null, CompressionLevel compression = CompressionLevel.NoCompression, params ReadOnlySpan<(string Name, string Text)> more)
    {
        using ZipArchive zip = ZipFile.Open(path, ZipArchiveMode.Create);
        AddEntry(zip, "archive/data.pkl", Encoding.Latin1.GetBytes(pickle), CompressionLevel.NoCompression);
        AddEntry(zip, "archive/data/0", storage ?? new byte[16], compression);
        foreach ((string name, string text) in more) AddEntry(zip, name, Encoding.Latin1.GetBytes(text), CompressionLevel.NoCompression);
    }

    /// <summary>Moves the sizes and places of a zip file's directory into zip64 fields, as torch writes files beyond 4 GB.</summary>
    public static byte[] ToZip64(ReadOnlySpan<byte> zip)
    {
        ReadOnlySpan<byte> end = zip[^22..];
        int position = (int)BinaryPrimitives.ReadUInt32LittleEndian(end[16..]);
        var result = new List<byte>(zip[..position].ToArray());
        ReadOnlySpan<byte> directory = zip[position..^22];
        while (directory.Length > 0)
        {
            int nameLength = BinaryPrimitives.ReadUInt16LittleEndian(directory[28..]);
            var extra = new byte[28];
            extra[0] = 1;
            extra[2] = 24;
            BinaryPrimitives.WriteUInt64LittleEndian(extra.AsSpan(4), BinaryPrimitives.ReadUInt32LittleEndian(directory[24..]));
            BinaryPrimitives.WriteUInt64LittleEndian(extra.AsSpan(12), BinaryPrimitives.ReadUInt32LittleEndian(directory[20..]));
            BinaryPrimitives.WriteUInt64LittleEndian(extra.AsSpan(20), BinaryPrimitives.ReadUInt32LittleEndian(directory[42..]));
            byte[] header = directory[..(46 + nameLength)].ToArray();
            header.AsSpan(20, 8).Fill(byte.MaxValue);
            header.AsSpan(42, 4).Fill(byte.MaxValue);
            header[30] = (byte)extra.Length;
            result.AddRange(header);
            result.AddRange(extra);
            directory = directory[(46 + nameLength)..];
        }

        var record = new byte[56];
        BinaryPrimitives.WriteUInt32LittleEndian(record, 0x06064b50);
        BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(40), result.Count - position);
        BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(48), position);
        var locator = new byte[20];
        BinaryPrimitives.WriteUInt32LittleEndian(locator, 0x07064b50);
        BinaryPrimitives.WriteInt64LittleEndian(locator.AsSpan(8), result.Count);
        byte[] newEnd = end.ToArray();
        newEnd.AsSpan(8, 12).Fill(byte.MaxValue);
        return [.. result, .. record, .. locator, .. newEnd];
    }

    private static void AddEntry(ZipArchive zip, string name, byte[] bytes, CompressionLevel compression)
    {
        using Stream stream = zip.CreateEntry(name, compression).Open();
        stream.Write(bytes);
    }
}
