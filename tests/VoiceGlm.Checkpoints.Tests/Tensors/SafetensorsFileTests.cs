using System.Runtime.InteropServices;
using System.Text;
using VoiceGlm.Testing;

namespace VoiceGlm.Checkpoints.Tests;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, byte[], float[]> Elements() => new()
    {
        { "F64", Bytes(1.5, -2.25, 1e300), [1.5f, -2.25f, float.PositiveInfinity] },
        { "F32", Bytes(1.5f, float.NaN, -0f), [1.5f, float.NaN, -0f] },
        { "F16", Bytes((Half)1.5, Half.Epsilon, Half.MinValue), [1.5f, 5.9604645e-8f, -65504f] },
        { "BF16", Bytes<ushort>(0x3FC0, 0xC010, 0x7F80, 0x0001), [1.5f, -2.25f, float.PositiveInfinity, 9.18355e-41f] },
        { "I64", Bytes(1L << 40, -3L), [1.0995116e12f, -3f] },
        { "I32", Bytes(int.MinValue, 16777215), [-2147483648f, 16777215f] },
        { "I16", Bytes<short>(-32768, 5), [-32768f, 5f] },
        { "I8", Bytes<sbyte>(-128, 127), [-128f, 127f] },
        { "U8", Bytes<byte>(0, 255), [0f, 255f] },
        { "BOOL", Bytes<byte>(0, 1, 2), [0f, 1f, 1f] },
    };

    [Theory]
    [MemberData(nameof(Elements))]
    public void Elements_are_widened(string elementType, byte[] stored, float[] expected)
    {
        // Long enough for the vectors' loop and its rest, and for more than one buffer.
        const int copies = 10_001;
        var data = new byte[stored.Length * copies];
        for (int i = 0; i < copies; i++) stored.CopyTo(data, i * stored.Length);
        using SafetensorsFile file = Write($$$"""{"w":{"dtype":"{{{elementType}}}","shape":[{{{copies}}},{{{expected.Length}}}],"data_offsets":[0,{{{data.Length}}}]}}""", data);
        float[] actual = file.ReadAll("w");
        for (int i = 0; i < actual.Length; i++) Assert.Equal(expected[i % expected.Length], actual[i]);
        var piece = new float[5];
        file.Read("w", actual.Length - 5, piece);
        Assert.Equal(actual[^5..], piece);
    }

    [Fact]
    public void Scalar_and_empty_tensors_are_read()
    {
        using SafetensorsFile file = Write(
            """{"__metadata__":{"format":"pt"},"scalar":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"empty":{"dtype":"F32","shape":[0,4],"data_offsets":[4,4]}}""", Bytes(3f));
        Assert.Equal([3f], file.ReadAll("scalar"));
        Assert.Empty(file.ReadAll("empty"));
        Assert.Equal(2, file.Tensors.Count);
    }

    [Theory]
    [InlineData("", "JSON")]
    [InlineData("[]", "JSON object")]
    [InlineData("{", "JSON")]
    [InlineData("{\"\\ud800\":{}}", "JSON")]
    [InlineData("""{"w":1}""", "describes a tensor")]
    [InlineData("""{"w":{"shape":[1],"data_offsets":[0,4]}}""", "dtype")]
    [InlineData("""{"w":{"dtype":7,"shape":[1],"data_offsets":[0,4]}}""", "dtype")]
    [InlineData("""{"w":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]}}""", "F8_E4M3")]
    [InlineData("""{"w":{"dtype":"F32","data_offsets":[0,4]}}""", "shape")]
    [InlineData("""{"w":{"dtype":"F32","shape":4,"data_offsets":[0,4]}}""", "shape")]
    [InlineData("""{"w":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""", "1.5")]
    [InlineData("""{"w":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}}""", "shape")]
    [InlineData("""{"w":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", "-1")]
    [InlineData("""{"w":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,4]}}""", "99999999999999999999")]
    [InlineData("""{"w":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}}""", "64 bits")]
    [InlineData("""{"w":{"dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,4]}}""", "64 bits")]
    [InlineData("""{"w":{"dtype":"F32","shape":[1]}}""", "data_offsets")]
    [InlineData("""{"w":{"dtype":"F32","shape":[1],"data_offsets":[0]}}""", "data_offsets")]
    [InlineData("""{"w":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}""", "-4")]
    [InlineData("""{"w":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", "from 4 to 0")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", "from 0 to 4")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "8 bytes of tensors")]
    [InlineData("""{"w":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}""", "0 bytes of tensors")]
    [InlineData("""{"w":{"dtype":"I8","shape":[3],"data_offsets":[1,4]}}""", "begin at 0")]
    [InlineData("""{"v":{"dtype":"I8","shape":[3],"data_offsets":[0,3]},"w":{"dtype":"I8","shape":[2],"data_offsets":[2,4]}}""", "begin at 3")]
    [InlineData("""{"w":{"dtype":"I8","shape":[2],"data_offsets":[0,2]},"w":{"dtype":"I8","shape":[2],"data_offsets":[2,4]}}""", "w")]
    public void Malformed_header_is_refused(string header, string named) =>
        Assert.Contains(named, Assert.Throws<ModelLoadException>(() => Write(header, new byte[4])).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(0L)]
    [InlineData(3L)]
    [InlineData(1_000_000L)]
    [InlineData(100_000_001L)]
    [InlineData(long.MaxValue)]
    [InlineData(-1L)]
    public void Header_of_a_wrong_length_is_refused(long length)
    {
        byte[] bytes = File.ReadAllBytes(Repository.Fixture("pt_edge_cases", "edge_expected.safetensors"));
        BitConverter.TryWriteBytes(bytes, length);
        File.WriteAllBytes(_folder["w.safetensors"], bytes);
        Assert.Throws<ModelLoadException>(() => new SafetensorsFile(_folder["w.safetensors"]));
    }

    [Fact]
    public void File_that_is_not_there_or_a_folder_is_refused()
    {
        Assert.Contains("no such file", Assert.Throws<ModelLoadException>(() => new SafetensorsFile(_folder["missing"])).Message, StringComparison.Ordinal);
        Assert.Contains("no such file", Assert.Throws<ModelLoadException>(() => new SafetensorsFile(Path.Combine(_folder["missing"], "w"))).Message, StringComparison.Ordinal);
        Assert.Throws<ModelLoadException>(() => new SafetensorsFile(_folder.Path));
    }

    [Fact]
    public void File_that_shrinks_while_it_is_read_is_refused()
    {
        using SafetensorsFile file = Write("""{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", new byte[4]);
        using (FileStream other = new(_folder["w.safetensors"], FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) other.SetLength(20);
        Assert.Contains("end of the file", Assert.Throws<ModelLoadException>(() => file.ReadAll("w")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0x01)]
    [InlineData(0x10)]
    [InlineData(0xff)]
    public void Any_byte_flipped_in_the_header_is_refused_or_harmless(byte flip)
    {
        string path = Repository.Fixture("pt_edge_cases", "edge_expected.safetensors");
        byte[] bytes = File.ReadAllBytes(path);
        Dictionary<TensorInfo, float[]> original = Mutations.ReadAll(path);
        int header = 8 + (int)BitConverter.ToInt64(bytes);
        int refused = 0;
        for (int i = 0; i < header; i++)
        {
            bytes[i] ^= flip;
            if (Mutations.IsRefused(bytes, _folder["flipped.safetensors"], original, $"{flip:x2} at {i}")) refused++;
            bytes[i] ^= flip;
        }

        // What is not refused is another name for a tensor, or another shape of the same volume.
        Assert.InRange(refused, header / 2, header);
    }

    [Fact]
    public void File_cut_anywhere_is_refused()
    {
        byte[] bytes = File.ReadAllBytes(Repository.Fixture("pt_edge_cases", "edge_expected.safetensors"));
        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.True(Mutations.IsRefused(bytes.AsSpan(0, length), _folder["cut.safetensors"], null, $"cut at {length}"), $"Not refused when cut at {length}.");
        }
    }

    [Fact]
    public void Random_damage_never_ends_otherwise_than_refused_or_read()
    {
        byte[] bytes = File.ReadAllBytes(Repository.Fixture("pt_edge_cases", "edge_expected.safetensors"));
        var random = new Random(20_240_613);
        for (int round = 0; round < 1_500; round++)
        {
            Mutations.IsRefused(Damage.Of(bytes, random), _folder["damaged.safetensors"], null, $"of round {round}");
        }
    }

    public void Dispose() => _folder.Dispose();

    private SafetensorsFile Write(string header, byte[] data)
    {
        byte[] headerBytes = Encoding.UTF8.GetBytes(header);
        File.WriteAllBytes(_folder["w.safetensors"], [.. BitConverter.GetBytes((long)headerBytes.Length), .. headerBytes, .. data]);
        return new SafetensorsFile(_folder["w.safetensors"]);
    }

    private static byte[] Bytes<T>(params ReadOnlySpan<T> values)
        where T : unmanaged => MemoryMarshal.AsBytes(values).ToArray();
}
