using System.Numerics;
using System.Runtime.InteropServices;

namespace VoiceGlm.Checkpoints;

/// <summary>Turns a tensor into the bytes that a checkpoint stores, piece by piece. Not thread-safe.</summary>
internal sealed class TensorEncoder(StoredElementType elementType)
{
    private const int PieceElements = 1 << 20;

    private readonly float[] _values = new float[PieceElements];
    private readonly ushort[] _halves = elementType == StoredElementType.F32 ? [] : new ushort[PieceElements];

    /// <summary>Bytes of one element.</summary>
    public int ElementBytes { get; } = ElementBytesOf(elementType);

    /// <summary>Bytes that an element takes when stored.</summary>
    public static int ElementBytesOf(StoredElementType elementType) => elementType == StoredElementType.F32 ? 4 : 2;

    /// <summary>Appends a tensor to a stream.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="stream">Where its bytes go, little endian.</param>
    /// <param name="written">Given each piece after it was written.</param>
    /// <param name="cancellationToken">Ends the writing between two pieces.</param>
    public void Write(CheckpointTensor tensor, Stream stream, Action<ReadOnlySpan<byte>>? written, CancellationToken cancellationToken)
    {
        long count = tensor.Count;
        for (long offset = 0; offset < count; offset += PieceElements)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Span<float> values = _values.AsSpan(0, (int)Math.Min(PieceElements, count - offset));
            tensor.Read(offset, values);
            ReadOnlySpan<byte> bytes = Encode(values);
            stream.Write(bytes);
            written?.Invoke(bytes);
        }
    }

    private ReadOnlySpan<byte> Encode(Span<float> values)
    {
        Span<ushort> halves = _halves.AsSpan(0, elementType == StoredElementType.F32 ? 0 : values.Length);
        switch (elementType)
        {
            case StoredElementType.F16:
                for (int i = 0; i < values.Length; i++) halves[i] = BitConverter.HalfToUInt16Bits((Half)values[i]);
                return MemoryMarshal.AsBytes(halves);
            case StoredElementType.BF16:
                RoundToBFloat16(values, halves);
                return MemoryMarshal.AsBytes(halves);
            default:
                return MemoryMarshal.AsBytes(values);
        }
    }

    private static void RoundToBFloat16(ReadOnlySpan<float> values, Span<ushort> halves)
    {
        ReadOnlySpan<uint> bits = MemoryMarshal.Cast<float, uint>(values);
        int i = 0;
        for (; i <= bits.Length - (2 * Vector<uint>.Count); i += 2 * Vector<uint>.Count)
        {
            Vector<uint> low = Round(new Vector<uint>(bits[i..]));
            Vector<uint> high = Round(new Vector<uint>(bits[(i + Vector<uint>.Count)..]));
            Vector.Narrow(low, high).CopyTo(halves[i..]);
        }

        for (; i < bits.Length; i++) halves[i] = (ushort)((bits[i] + 0x7FFF + ((bits[i] >> 16) & 1)) >> 16);
    }

    private static Vector<uint> Round(Vector<uint> bits) =>
        (bits + new Vector<uint>(0x7FFF) + ((bits >>> 16) & Vector<uint>.One)) >>> 16;
}
