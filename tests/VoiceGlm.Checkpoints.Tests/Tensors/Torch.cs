using System.IO.Compression;
using System.Text;

namespace VoiceGlm.Checkpoints.Tests;

/// <summary>Writes torch files by hand, wrong ones above all.</summary>
internal static class Torch
{
    /// <summary>A pickle's tensor of one dimension over storage 0, to be put into a dict.</summary>
    public static string Tensor(string storage = "FloatStorage", string count = "K\u0004", string offset = "K\0", string shape = "K\u0004\u0085", string strides = "K\u0001\u0085") =>
        $"ctorch._utils\n_rebuild_tensor_v2\n((X\u0007\0\0\0storagectorch\n{storage}\nX\u0001\0\0\00X\u0003\0\0\0cpu{count}tQ{offset}{shape}{strides}\u0089ccollections\nOrderedDict\n)RtR";

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

    private static void AddEntry(ZipArchive zip, string name, byte[] bytes, CompressionLevel compression)
    {
        using Stream stream = zip.CreateEntry(name, compression).Open();
        stream.Write(bytes);
    }
}
