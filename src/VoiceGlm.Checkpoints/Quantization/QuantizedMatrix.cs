using System.Runtime.InteropServices;
using VoiceGlm.Checkpoints.Onnx;

namespace VoiceGlm.Checkpoints;

/// <summary>A matrix [out, in] as codes and scales, rounded row by row while it is written. Not thread-safe.</summary>
internal sealed class QuantizedMatrix
{
    private readonly Weight _weight;
    private readonly BlockQuantizer _quantizer;
    private readonly int _blocks;
    private readonly float[] _row;
    private readonly float[] _scales;
    private double _squaredError;
    private double _squares;

    /// <summary>Prepares a matrix.</summary>
    /// <param name="weight">The matrix as it is.</param>
    /// <param name="quantizer">Rounds it.</param>
    public QuantizedMatrix(Weight weight, BlockQuantizer quantizer)
    {
        _weight = weight;
        _quantizer = quantizer;
        long width = weight.Shape[1];
        _blocks = quantizer.BlocksOf(width);
        _row = new float[width];
        _scales = new float[_blocks];
        int codeBytes = _blocks * quantizer.BlockBytes;
        int scaleBytes = _blocks * sizeof(float);
        Codes = new PackedWeight(
            weight.Name + ".codes", OnnxType.UInt8, [weight.Shape[0], _blocks, quantizer.BlockBytes], codeBytes, weight.Shape[0] * codeBytes, ReadCodes);
        Scales = new PackedWeight(
            weight.Name + ".scales", OnnxType.Float, [weight.Shape[0] * _blocks], scaleBytes, weight.Shape[0] * scaleBytes, ReadScales);
    }

    /// <summary>The codes.</summary>
    public PackedWeight Codes { get; }

    /// <summary>The scale of each block.</summary>
    public PackedWeight Scales { get; }

    /// <summary>How much the rounding changed, by the matrix's own size (root of the mean squares); known once the codes are written.</summary>
    public double RelativeError => _squares == 0 ? 0 : Math.Sqrt(_squaredError / _squares);

    /// <summary>The matrix's name.</summary>
    public string Name => _weight.Name;

    private void ReadCodes(long offset, Span<byte> destination)
    {
        int rowBytes = Codes.RowBytes;
        for (int i = 0; i < destination.Length; i += rowBytes)
        {
            ReadRow((offset + i) / rowBytes);
            _quantizer.Pack(_row, _scales, destination.Slice(i, rowBytes));
            _squaredError += _quantizer.SquaredError(_row, _scales);
            foreach (float value in _row) _squares += (double)value * value;
        }
    }

    private void ReadScales(long offset, Span<byte> destination)
    {
        int rowBytes = Scales.RowBytes;
        for (int i = 0; i < destination.Length; i += rowBytes)
        {
            ReadRow((offset + i) / rowBytes);
            _scales.CopyTo(MemoryMarshal.Cast<byte, float>(destination.Slice(i, rowBytes)));
        }
    }

    private void ReadRow(long row)
    {
        _weight.Read(row * _row.Length, _row);
        _quantizer.Scales(_row, _scales);
    }
}
