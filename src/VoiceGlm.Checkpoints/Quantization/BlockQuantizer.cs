using System.Numerics;

namespace VoiceGlm.Checkpoints;

/// <summary>
/// Rounds weights to a few bits, block by block: a block has one scale, and an element is a whole number times it. Stateless.
/// </summary>
/// <remarks>
/// Symmetric: the code in the middle is zero, and the largest element of a block, whichever its sign, takes the end that has one code more,
/// as llama.cpp's Q4_0 does. The scale is then tuned for the least square error. Codes are laid out as ONNX Runtime's <c>MatMulNBits</c>
/// reads them: of two codes in a byte the first has the low bits.
/// </remarks>
/// <param name="bits">Bits of an element: 4 or 8.</param>
/// <param name="blockSize">Elements of a block: a power of two from 16 on.</param>
internal sealed class BlockQuantizer(int bits, int blockSize)
{
    // Clipping the largest element a little may serve the others.
    private static readonly float[] s_reaches = [1f, 0.96f, 0.92f, 0.88f, 0.84f];

    private readonly int _middle = 1 << (bits - 1);

    /// <summary>Bits of an element.</summary>
    public int Bits => bits;

    /// <summary>Elements of a block.</summary>
    public int BlockSize => blockSize;

    /// <summary>Bytes of a block's codes.</summary>
    public int BlockBytes => blockSize * bits / 8;

    /// <summary>Blocks of a row; the last may be filled up with zeros.</summary>
    public int BlocksOf(long width) => checked((int)((width + blockSize - 1) / blockSize));

    /// <summary>The scale of each block of a row.</summary>
    public void Scales(ReadOnlySpan<float> row, Span<float> scales)
    {
        for (int block = 0; block < scales.Length; block++) scales[block] = ScaleOf(Block(row, block));
    }

    /// <summary>The codes of a row.</summary>
    /// <param name="row">The elements.</param>
    /// <param name="scales">The scale of each block.</param>
    /// <param name="codes">Receives <see cref="BlockBytes"/> for each block.</param>
    public void Pack(ReadOnlySpan<float> row, ReadOnlySpan<float> scales, Span<byte> codes)
    {
        for (int block = 0; block < scales.Length; block++)
        {
            Span<byte> bytes = codes.Slice(block * BlockBytes, BlockBytes);
            bytes.Fill(bits == 4 ? (byte)0x88 : (byte)_middle);
            ReadOnlySpan<float> values = Block(row, block);
            float inverse = Inverse(scales[block]);
            for (int i = 0; i < values.Length; i++)
            {
                int code = Round(values[i] * inverse) + _middle;
                if (bits == 8) bytes[i] = (byte)code;
                else bytes[i / 2] = (byte)(i % 2 == 0 ? (bytes[i / 2] & 0xF0) | code : (bytes[i / 2] & 0x0F) | (code << 4));
            }
        }
    }

    /// <summary>The sum of the squares of what rounding changes in a row.</summary>
    public double SquaredError(ReadOnlySpan<float> row, ReadOnlySpan<float> scales)
    {
        double error = 0;
        for (int block = 0; block < scales.Length; block++) error += SquaredErrorOf(Block(row, block), scales[block]);
        return error;
    }

    private float ScaleOf(ReadOnlySpan<float> block)
    {
        float extreme = 0;
        foreach (float value in block)
        {
            if (MathF.Abs(value) > MathF.Abs(extreme)) extreme = value;
        }

        if (extreme == 0) return 0;
        float best = 0;
        double least = double.PositiveInfinity;
        foreach (float reach in s_reaches)
        {
            float scale = extreme * reach / -_middle;
            double error = SquaredErrorOf(block, scale);
            if (error >= least) continue;
            least = error;
            best = scale;
        }

        return best;
    }

    private double SquaredErrorOf(ReadOnlySpan<float> block, float scale)
    {
        float inverse = Inverse(scale);
        Vector<float> errors = default;
        int i = 0;
        for (; i + Vector<float>.Count <= block.Length; i += Vector<float>.Count)
        {
            var values = new Vector<float>(block[i..]);
            Vector<float> codes = Vector.Clamp(Vector.Round(values * inverse), new Vector<float>(-_middle), new Vector<float>(_middle - 1));
            Vector<float> differences = values - (codes * scale);
            errors += differences * differences;
        }

        double error = Vector.Sum(errors);
        for (; i < block.Length; i++)
        {
            float difference = block[i] - (Round(block[i] * inverse) * scale);
            error += difference * difference;
        }

        return error;
    }

    private int Round(float value) => Math.Clamp((int)MathF.Round(value), -_middle, _middle - 1);

    private static float Inverse(float scale) => scale == 0 ? 0 : 1 / scale;

    private ReadOnlySpan<float> Block(ReadOnlySpan<float> row, int block) =>
        row.Slice(block * blockSize, Math.Min(blockSize, row.Length - (block * blockSize)));
}
