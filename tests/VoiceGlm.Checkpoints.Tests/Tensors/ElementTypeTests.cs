using System.Runtime.InteropServices;

namespace VoiceGlm.Checkpoints.Tests;

public sealed class ElementTypeTests
{
    [Fact]
    public void Every_half_is_widened_exactly()
    {
        ushort[] halves = [.. Enumerable.Range(0, 65536).Select(static bits => (ushort)bits)];
        var actual = new float[halves.Length];
        ElementType.ToSingle("F16", MemoryMarshal.AsBytes<ushort>(halves), actual);
        for (int i = 0; i < actual.Length; i++) Assert.Equal((float)BitConverter.UInt16BitsToHalf(halves[i]), actual[i]);
        Assert.True(float.IsNegative(actual[0x8000]));
    }

    [Fact]
    public void Every_bfloat16_is_widened_exactly()
    {
        ushort[] halves = [.. Enumerable.Range(0, 65536).Select(static bits => (ushort)bits)];
        var actual = new float[halves.Length];
        ElementType.ToSingle("BF16", MemoryMarshal.AsBytes<ushort>(halves), actual);
        for (int i = 0; i < actual.Length; i++) Assert.Equal((uint)halves[i] << 16, BitConverter.SingleToUInt32Bits(actual[i]));
    }

    [Theory]
    [InlineData("F8_E4M3")]
    [InlineData("C64")]
    [InlineData("")]
    public void Unknown_type_has_no_size(string elementType) => Assert.Equal(0, ElementType.SizeOf(elementType));
}
