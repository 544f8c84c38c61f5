namespace VoiceGlm.Checkpoints.Tests.Quantization;

public sealed class BlockQuantizerTests
{
    [Theory]
    [InlineData(4, 32, 64, 0.09)]
    [InlineData(4, 16, 40, 0.08)]
    [InlineData(4, 128, 300, 0.12)]
    [InlineData(8, 32, 64, 0.006)]
    [InlineData(8, 256, 7, 0.006)]
    public void Row_comes_back_nearly_as_it_was(int bits, int blockSize, int width, double most)
    {
        var random = new Random(5);
        float[] row = [.. Enumerable.Range(0, width).Select(_ => (float)(random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5))];
        var quantizer = new BlockQuantizer(bits, blockSize);
        (float[] scales, byte[] codes) = Quantize(quantizer, row);
        float[] back = Back(bits, blockSize, scales, codes, width);

        double error = row.Zip(back).Sum(static pair => Math.Pow(pair.First - pair.Second, 2));
        Assert.Equal(error, quantizer.SquaredError(row, scales), 1e-4 * error);
        Assert.InRange(Math.Sqrt(error / row.Sum(static value => value * value)), 1e-6, most);
        Assert.Equal((width + blockSize - 1) / blockSize * blockSize * bits / 8, codes.Length);
    }

    [Fact]
    public void Whole_numbers_of_the_scale_come_back_exactly()
    {
        float[] row = [.. Enumerable.Range(0, 32).Select(static i => ((i % 16) - 8) * 0.25f)];
        (float[] scales, byte[] codes) = Quantize(new BlockQuantizer(4, 32), row);
        Assert.Equal([0.25f], scales);
        Assert.Equal(row, Back(4, 32, scales, codes, 32));
    }

    [Fact]
    public void Positive_extreme_is_reached_as_well()
    {
        float[] row = new float[32];
        row[3] = 8;
        row[4] = -7;
        (float[] scales, byte[] codes) = Quantize(new BlockQuantizer(4, 32), row);
        Assert.Equal(row, Back(4, 32, scales, codes, 32));
        Assert.Equal([-1f], scales);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(8)]
    public void Zeros_and_what_fills_the_last_block_are_zero(int bits)
    {
        (float[] scales, byte[] codes) = Quantize(new BlockQuantizer(bits, 16), new float[20]);
        Assert.Equal([0f, 0f], scales);
        Assert.All(codes, code => Assert.Equal(bits == 4 ? 0x88 : 0x80, code));
    }

    private static (float[] Scales, byte[] Codes) Quantize(BlockQuantizer quantizer, float[] row)
    {
        var scales = new float[quantizer.BlocksOf(row.Length)];
        var codes = new byte[scales.Length * quantizer.BlockBytes];
        quantizer.Scales(row, scales);
        quantizer.Pack(row, scales, codes);
        return (scales, codes);
    }

    // As ONNX Runtime reads them.
    private static float[] Back(int bits, int blockSize, float[] scales, byte[] codes, int width) => [.. Enumerable.Range(0, width).Select(i =>
    {
        int code = bits == 8 ? codes[i] - 128 : ((codes[i / 2] >> (i % 2 * 4)) & 0xF) - 8;
        return code * scales[i / blockSize];
    })];
}
