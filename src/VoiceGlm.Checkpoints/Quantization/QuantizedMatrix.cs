using System.Runtime.InteropServices;
using VoiceGlm.Checkpoints.Onnx;

namespace VoiceGlm.Checkpoints;

/// <summary>
/// A matrix [out, in] as codes and scales, rounded row by row while the codes are written; the scales are kept until they are written
/// after them. Not thread-safe.
/// </summary>
internal sealed class QuantizedMatrix
{
    private readonly Weight _weight;
    private readonly int _blocks;
    private readonly float[] _row;
    private readonly RoundingError _error;
    private float[] _scales = [];

    /// <summary>Prepares a matrix.</summary>
    /// <param name="weight">The matrix as it is.</param>
    /// <param name="quantizer">Rounds it.</param>
    /// <param name="scaleType">32-bit or 16-bit floats, as the graph computes.</param>
    public QuantizedMatrix(Weight weight, BlockQuantizer quantizer, OnnxType scaleType = OnnxType.Float)
    {
        _weight = weight;
        Quantizer = quantizer;
        long rows = weight.Shape[0];
        long width = weight.Shape[1];
        _blocks = quantizer.BlocksOf(width);
        _row = new float[width];
        _error = new RoundingError(weight.Name);
        int codeBytes = _blocks * quantizer.BlockBytes;
        int scaleBytes = _blocks * (scaleType == OnnxType.Float ? sizeof(float) : sizeof(ushort));
        Codes = new PackedWeight(weight.Name + ".codes", OnnxType.UInt8, [rows, _blocks, quantizer.BlockBytes], codeBytes, rows * codeBytes, ReadCodes) { Error = _error };
        Scales = new PackedWeight(weight.Name + ".scales", scaleType, [rows * _blocks], scaleBytes, rows * scaleBytes, ReadScales) { FollowsPrevious = true };
    }

    /// <summary>Values that a row takes in.</summary>
    public long InputWidth => _weight.Shape[1];

    /// <summary>Values that come out.</summary>
    public long OutputWidth => _weight.Shape[0];

    /// <summary>How it is rounded.</summary>
    public BlockQuantizer Quantizer { get; }

    /// <summary>The codes.</summary>
    public PackedWeight Codes { get; }

    /// <summary>The scale of each block, once the codes are written.</summary>
    public PackedWeight Scales { get; }

    private void ReadCodes(long offset, Span<byte> destination)
    {
        if (offset == 0)
        {
            _scales = new float[_weight.Shape[0] * _blocks];
            _error.Reset();
        }

        int rowBytes = Codes.RowBytes;
        for (int i = 0; i < destination.Length; i += rowBytes)
        {
            long row = (offset + i) / rowBytes;
            _weight.Read(row * _row.Length, _row);
            Span<float> scales = _scales.AsSpan(checked((int)(row * _blocks)), _blocks);
            Quantizer.Scales(_row, scales);
            if (Scales.Type == OnnxType.Float16) RoundToHalf(scales);
            Quantizer.Pack(_row, scales, destination.Slice(i, rowBytes));
            _error.Add(_row, Quantizer.SquaredError(_row, scales));
        }
    }

    private void ReadScales(long offset, Span<byte> destination)
    {
        if (Scales.Type == OnnxType.Float)
        {
            MemoryMarshal.AsBytes(_scales.AsSpan()).Slice((int)offset, destination.Length).CopyTo(destination);
        }
        else
        {
            Span<Half> halves = MemoryMarshal.Cast<byte, Half>(destination);
            for (int i = 0; i < halves.Length; i++) halves[i] = (Half)_scales[(int)(offset / sizeof(ushort)) + i];
        }

        if (offset + destination.Length == Scales.Bytes) _scales = [];
    }

    // The codes are chosen for the scales that they will be multiplied by.
    private static void RoundToHalf(Span<float> scales)
    {
        foreach (ref float scale in scales) scale = (float)(Half)scale;
    }
}
