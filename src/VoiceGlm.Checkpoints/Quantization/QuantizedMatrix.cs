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
    private float[] _scales = [];
    private double _squaredError;
    private double _squares;

    /// <summary>Prepares a matrix.</summary>
    /// <param name="weight">The matrix as it is.</param>
    /// <param name="quantizer">Rounds it.</param>
    public QuantizedMatrix(Weight weight, BlockQuantizer quantizer)
    {
        _weight = weight;
        Quantizer = quantizer;
        long rows = weight.Shape[0];
        long width = weight.Shape[1];
        _blocks = quantizer.BlocksOf(width);
        _row = new float[width];
        int codeBytes = _blocks * quantizer.BlockBytes;
        int scaleBytes = _blocks * sizeof(float);
        Codes = new PackedWeight(weight.Name + ".codes", OnnxType.UInt8, [rows, _blocks, quantizer.BlockBytes], codeBytes, rows * codeBytes, ReadCodes);
        Scales = new PackedWeight(weight.Name + ".scales", OnnxType.Float, [rows * _blocks], scaleBytes, rows * scaleBytes, ReadScales);
    }

    /// <summary>The matrix's name.</summary>
    public string Name => _weight.Name;

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

    /// <summary>How much the rounding changed, by the matrix's own size (root of the mean squares); known once the codes are written.</summary>
    public double RelativeError => _squares == 0 ? 0 : Math.Sqrt(_squaredError / _squares);

    private void ReadCodes(long offset, Span<byte> destination)
    {
        if (offset == 0) _scales = new float[Scales.Bytes / sizeof(float)];
        int rowBytes = Codes.RowBytes;
        for (int i = 0; i < destination.Length; i += rowBytes)
        {
            long row = (offset + i) / rowBytes;
            _weight.Read(row * _row.Length, _row);
            Span<float> scales = _scales.AsSpan(checked((int)(row * _blocks)), _blocks);
            Quantizer.Scales(_row, scales);
            Quantizer.Pack(_row, scales, destination.Slice(i, rowBytes));
            _squaredError += Quantizer.SquaredError(_row, scales);
            foreach (float value in _row) _squares += (double)value * value;
        }
    }

    private void ReadScales(long offset, Span<byte> destination)
    {
        MemoryMarshal.AsBytes(_scales.AsSpan()).Slice((int)offset, destination.Length).CopyTo(destination);
        if (offset + destination.Length == Scales.Bytes) _scales = [];
    }
}
