using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using VoiceGlm.Testing;

namespace VoiceGlm.Checkpoints.Tests.Tensors;

public class TorchFileWriterTests
{
    private static readonly float[] s_bias = [4, 5, 6];

    [Fact]
    public void Archive_holds_the_pickle_the_storages_and_the_version()
    {
        using var folder = new TemporaryFolder();
        WriteTwo(folder["hift.pt"]);

        using ZipArchive zip = ZipFile.OpenRead(folder["hift.pt"]);
        Assert.Equal(["hift/data.pkl", "hift/data/0", "hift/data/1", "hift/version"], zip.Entries.Select(static entry => entry.FullName));
        Assert.Equal([1f, 2f], MemoryMarshal.Cast<byte, float>(ReadAll(zip.Entries[1])).ToArray());
        Assert.Equal(s_bias, MemoryMarshal.Cast<byte, float>(ReadAll(zip.Entries[2])).ToArray());
        Assert.Equal("3\n"u8, ReadAll(zip.Entries[3]));
    }

    [Fact]
    public void Bytes_of_every_entry_start_at_a_multiple_of_64()
    {
        using var folder = new TemporaryFolder();
        WriteTwo(folder["hift.pt"]);
        byte[] bytes = File.ReadAllBytes(folder["hift.pt"]);
        int found = 0;
        for (int i = 0; i + 30 < bytes.Length; i++)
        {
            if (!bytes.AsSpan(i, 4).SequenceEqual("PK\u0003\u0004"u8)) continue;
            int start = i + 30 + BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(i + 26)) + BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(i + 28));
            Assert.Equal(0, start % 64);
            found++;
        }

        Assert.Equal(4, found);
    }

    [Fact]
    public void Pickle_is_the_one_that_torch_writes()
    {
        using var folder = new TemporaryFolder();
        WriteTwo(folder["hift.pt"]);

        using ZipArchive zip = ZipFile.OpenRead(folder["hift.pt"]);
        // As pickletools spells it: PROTO, the ordered dictionary, then name and rebuilt tensor twice.
        byte[] expected =
        [
            0x80, 2, .. "ccollections\nOrderedDict\nq"u8, 0, .. ")R("u8,
            .. Text("w"), .. "ctorch._utils\n_rebuild_tensor_v2\nq"u8, 1, .. "(("u8, .. Text("storage"), (byte)'q', 2, .. "ctorch\nFloatStorage\nq"u8, 3,
            .. Text("0"), .. Text("cpu"), (byte)'q', 4, .. "K\u0002tQK\u0000"u8, .. "K\u0002K\u0001"u8, 0x86, .. "K\u0001K\u0001"u8, 0x86, 0x89, (byte)'h', 0, .. ")RtR"u8,
            .. Text("b"), (byte)'h', 1, .. "(("u8, (byte)'h', 2, (byte)'h', 3,
            .. Text("1"), (byte)'h', 4, .. "K\u0003tQK\u0000"u8, .. "K\u0003"u8, 0x85, .. "K\u0001"u8, 0x85, 0x89, (byte)'h', 0, .. ")RtR"u8,
            .. "u."u8,
        ];
        Assert.Equal(expected, ReadAll(zip.Entries[0]));

        static byte[] Text(string value) => [(byte)'X', (byte)value.Length, 0, 0, 0, .. Encoding.ASCII.GetBytes(value)];
    }

    [Fact]
    public void Checksum_is_the_standards_own_example()
    {
        Assert.Equal(0xCBF43926u, Crc32.Append(0, "123456789"u8));
        Assert.Equal(0xCBF43926u, Crc32.Append(Crc32.Append(0, "1234"u8), "56789"u8));
    }

    private static void WriteTwo(string path) => TorchFileWriter.Write(
        path, [CheckpointTensor.From("w", new float[] { 1, 2 }, 2, 1), CheckpointTensor.From("b", s_bias, 3)]);

    private static byte[] ReadAll(ZipArchiveEntry entry)
    {
        using Stream stream = entry.Open();
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
