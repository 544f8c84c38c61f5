using System.Buffers.Binary;
using VoiceGlm.Testing;

namespace VoiceGlm.Checkpoints.Tests.Tensors;

public class SafetensorsWriterTests
{
    [Fact]
    public void Written_floats_are_read_back_unchanged()
    {
        using var folder = new TemporaryFolder();
        float[] matrix = [1.5f, -0f, float.Epsilon, float.MaxValue, -3.25f, 1e-20f];
        SafetensorsWriter.Write(
            folder["a.safetensors"],
            [CheckpointTensor.From("matrix", matrix, 2, 3), CheckpointTensor.From("a.scalar", new[] { 7f })],
            StoredElementType.F32,
            cancellationToken: TestContext.Current.CancellationToken);

        using var file = new SafetensorsFile(folder["a.safetensors"]);
        Assert.Equal([2, 3], file.Require("matrix", 2, 3).Shape);
        Assert.Equal(matrix, file.ReadAll("matrix"));
        Assert.Equal([7f], file.ReadAll("a.scalar"));
    }

    [Fact]
    public void Header_is_padded_and_offsets_follow_the_names()
    {
        using var folder = new TemporaryFolder();
        SafetensorsWriter.Write(
            folder["a.safetensors"],
            [CheckpointTensor.From("b", new float[2], 2), CheckpointTensor.From("a", new float[3], 3)],
            StoredElementType.BF16,
            cancellationToken: TestContext.Current.CancellationToken);

        byte[] bytes = File.ReadAllBytes(folder["a.safetensors"]);
        long headerLength = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        Assert.Equal(0, headerLength % 8);
        Assert.Equal(8 + headerLength + (5 * 2), bytes.Length);
        string header = System.Text.Encoding.UTF8.GetString(bytes, 8, (int)headerLength);
        Assert.Contains("""{"__metadata__":{"format":"pt"},"a":{"dtype":"BF16","shape":[3],"data_offsets":[0,6]},"b":{"dtype":"BF16","shape":[2],"data_offsets":[6,10]}}""", header, StringComparison.Ordinal);
    }

    [Fact]
    public void BFloat16_rounds_to_the_nearest_even_whatever_the_length()
    {
        // 37: two vectors and a rest on every machine. Ties, both ways, among ordinary numbers.
        float[] values = [.. Enumerable.Range(0, 37).Select(static i => BitConverter.UInt32BitsToSingle(0x3F808000u + (uint)(i * 0x8000)) * (i % 3 == 0 ? -1 : 1))];
        ushort[] expected = [.. values.Select(static value =>
        {
            uint bits = BitConverter.SingleToUInt32Bits(value);
            uint below = bits >> 16;
            uint rest = bits & 0xFFFF;
            return (ushort)(rest > 0x8000 || (rest == 0x8000 && below % 2 == 1) ? below + 1 : below);
        })];

        Assert.Equal(expected, Encode(values, StoredElementType.BF16));
    }

    [Fact]
    public void Half_is_what_the_runtime_converts_to()
    {
        float[] values = [0.1f, -65504, 1e-7f, 3];
        Assert.Equal(values.Select(static value => BitConverter.HalfToUInt16Bits((Half)value)), Encode(values, StoredElementType.F16));
    }

    [Fact]
    public void Tensor_longer_than_a_piece_is_asked_for_in_order()
    {
        const int Count = (2 << 20) + 5;
        using var folder = new TemporaryFolder();
        var tensor = new CheckpointTensor("long", [Count], static (offset, destination) =>
        {
            for (int i = 0; i < destination.Length; i++) destination[i] = offset + i;
        });
        long written = 0;
        SafetensorsWriter.Write(folder["a.safetensors"], [tensor], StoredElementType.F32, bytes => written += bytes, TestContext.Current.CancellationToken);

        using var file = new SafetensorsFile(folder["a.safetensors"]);
        Assert.Equal(Enumerable.Range(0, Count).Select(static i => (float)i), file.ReadAll("long"));
        Assert.Equal(Count * 4L, written);
    }

    private static ushort[] Encode(float[] values, StoredElementType elementType)
    {
        using var folder = new TemporaryFolder();
        SafetensorsWriter.Write(folder["a.safetensors"], [CheckpointTensor.From("a", values, values.Length)], elementType);
        return System.Runtime.InteropServices.MemoryMarshal.Cast<byte, ushort>(File.ReadAllBytes(folder["a.safetensors"]).AsSpan(^(2 * values.Length)..)).ToArray();
    }
}
