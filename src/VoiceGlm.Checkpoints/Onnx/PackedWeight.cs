using System.Runtime.InteropServices;

namespace VoiceGlm.Checkpoints.Onnx;

/// <summary>Values of a graph as bytes of its data file, read only while they are written, some rows at a time.</summary>
/// <param name="Name">Unique name in the graph.</param>
/// <param name="Type">Their element type.</param>
/// <param name="Shape">Length of each dimension.</param>
/// <param name="RowBytes">Bytes that are read together: offsets and lengths are multiples of it.</param>
/// <param name="Bytes">Bytes in all.</param>
/// <param name="Read">Fills a span with the bytes from an offset on.</param>
internal sealed record PackedWeight(string Name, OnnxType Type, long[] Shape, int RowBytes, long Bytes, PackedWeight.Reader Read)
{
    /// <summary>Fills <paramref name="destination"/> with the bytes from <paramref name="offset"/> on.</summary>
    public delegate void Reader(long offset, Span<byte> destination);

    /// <summary>What rounding changed, once all was read; null where nothing is rounded.</summary>
    public RoundingError? Error { get; init; }

    /// <summary>Whether it is known only once the weight before it was read.</summary>
    public bool FollowsPrevious { get; init; }

    /// <summary>32-bit floats as they are, or rounded to 16 bits.</summary>
    /// <param name="weight">The values.</param>
    /// <param name="type"><see cref="OnnxType.Float"/>, <see cref="OnnxType.Float16"/> or <see cref="OnnxType.BFloat16"/>.</param>
    public static PackedWeight From(Weight weight, OnnxType type)
    {
        if (type != OnnxType.Float) return Rounded(weight, type);
        return new PackedWeight(
            weight.Name,
            OnnxType.Float,
            weight.Shape,
            sizeof(float),
            weight.Count * sizeof(float),
            (offset, destination) => weight.Read(offset / sizeof(float), MemoryMarshal.Cast<byte, float>(destination)));
    }

    private static PackedWeight Rounded(Weight weight, OnnxType type)
    {
        var error = new RoundingError(weight.Name);
        float[] values = [];
        return new PackedWeight(weight.Name, type, weight.Shape, sizeof(ushort), weight.Count * sizeof(ushort), Read) { Error = error };

        void Read(long offset, Span<byte> destination)
        {
            if (offset == 0) error.Reset();
            Span<ushort> bits = MemoryMarshal.Cast<byte, ushort>(destination);
            if (values.Length < bits.Length) values = new float[bits.Length];
            Span<float> piece = values.AsSpan(0, bits.Length);
            weight.Read(offset / sizeof(ushort), piece);
            for (int i = 0; i < bits.Length; i++)
            {
                float rounded = type == OnnxType.Float16 ? RoundToHalf(piece[i], out bits[i]) : RoundToBFloat(piece[i], out bits[i]);
                error.Add(piece[i], rounded);
            }

            if (offset + destination.Length == weight.Count * sizeof(ushort)) values = [];
        }

        float RoundToHalf(float value, out ushort bits)
        {
            var half = (Half)value;
            bits = BitConverter.HalfToUInt16Bits(half);
            return Half.IsFinite(half) || !float.IsFinite(value)
                ? (float)half
                : throw new ModelLoadException(weight.Name, "values up to 65504, as 16-bit floats hold them", $"{value}; convert it to bf16 or fp32");
        }

        static float RoundToBFloat(float value, out ushort bits)
        {
            uint whole = BitConverter.SingleToUInt32Bits(value);
            bits = float.IsNaN(value) ? (ushort)((whole >> 16) | 0x40) : (ushort)((whole + 0x7FFF + ((whole >> 16) & 1)) >> 16);
            return BitConverter.UInt32BitsToSingle((uint)bits << 16);
        }
    }
}
