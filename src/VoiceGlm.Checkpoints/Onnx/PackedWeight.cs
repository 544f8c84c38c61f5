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

    /// <summary>32-bit floats as they are.</summary>
    public static PackedWeight Float(Weight weight) => new(
        weight.Name,
        OnnxType.Float,
        weight.Shape,
        sizeof(float),
        weight.Count * sizeof(float),
        (offset, destination) => weight.Read(offset / sizeof(float), MemoryMarshal.Cast<byte, float>(destination)));

    /// <summary>Rounded to 16-bit floats.</summary>
    public static PackedWeight Half(Weight weight) => new(
        weight.Name,
        OnnxType.Float16,
        weight.Shape,
        sizeof(ushort),
        weight.Count * sizeof(ushort),
        (offset, destination) =>
        {
            Span<Half> halves = MemoryMarshal.Cast<byte, Half>(destination);
            var values = new float[halves.Length];
            weight.Read(offset / sizeof(ushort), values);
            for (int i = 0; i < values.Length; i++) halves[i] = (Half)values[i];
        });
}
