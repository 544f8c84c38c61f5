using System.Numerics;
using System.Runtime.InteropServices;

namespace VoiceGlm.Checkpoints;

/// <summary>The element types of checkpoints, in safetensors' spelling, and their way to 32-bit floats.</summary>
internal static class ElementType
{
    /// <summary>Bytes of one element, or 0 for a type that is not known here.</summary>
    public static int SizeOf(string elementType) => elementType switch
    {
        "F64" or "I64" => 8,
        "F32" or "I32" => 4,
        "F16" or "BF16" or "I16" => 2,
        "I8" or "U8" or "BOOL" => 1,
        _ => 0,
    };

    /// <summary>Widens or rounds stored elements to 32-bit floats; a truth value becomes 0 or 1.</summary>
    /// <param name="elementType">A type whose <see cref="SizeOf"/> is not 0.</param>
    /// <param name="stored">The elements, little endian.</param>
    /// <param name="destination">As long as there are elements.</param>
    public static void ToSingle(string elementType, ReadOnlySpan<byte> stored, Span<float> destination)
    {
        switch (elementType)
        {
            case "F32": stored.CopyTo(MemoryMarshal.AsBytes(destination)); break;
            case "F64": Convert<double>(stored, destination); break;
            case "F16": WidenHalf(MemoryMarshal.Cast<byte, ushort>(stored), destination); break;
            case "BF16": WidenBrain(MemoryMarshal.Cast<byte, ushort>(stored), destination); break;
            case "I64": Convert<long>(stored, destination); break;
            case "I32": Convert<int>(stored, destination); break;
            case "I16": Convert<short>(stored, destination); break;
            case "I8": Convert<sbyte>(stored, destination); break;
            case "U8": Convert<byte>(stored, destination); break;
            case "BOOL":
                for (int i = 0; i < destination.Length; i++) destination[i] = stored[i] == 0 ? 0 : 1;
                break;
            default: throw new ArgumentOutOfRangeException(nameof(elementType), elementType, "Not an element type.");
        }
    }

    private static void Convert<T>(ReadOnlySpan<byte> stored, Span<float> destination)
        where T : unmanaged, INumberBase<T>
    {
        ReadOnlySpan<T> values = MemoryMarshal.Cast<byte, T>(stored);
        for (int i = 0; i < values.Length; i++) destination[i] = float.CreateTruncating(values[i]);
    }

    // A bfloat16 is the upper half of a 32-bit float.
    private static void WidenBrain(ReadOnlySpan<ushort> stored, Span<float> destination)
    {
        Span<uint> bits = MemoryMarshal.Cast<float, uint>(destination);
        int i = 0;
        for (; i <= stored.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector.Widen(new Vector<ushort>(stored[i..]), out Vector<uint> lower, out Vector<uint> upper);
            Vector.ShiftLeft(lower, 16).CopyTo(bits[i..]);
            Vector.ShiftLeft(upper, 16).CopyTo(bits[(i + Vector<uint>.Count)..]);
        }

        for (; i < stored.Length; i++) bits[i] = (uint)stored[i] << 16;
    }

    private static void WidenHalf(ReadOnlySpan<ushort> stored, Span<float> destination)
    {
        int i = 0;
        for (; i <= stored.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector.Widen(new Vector<ushort>(stored[i..]), out Vector<uint> lower, out Vector<uint> upper);
            WidenHalf(lower).CopyTo(destination[i..]);
            WidenHalf(upper).CopyTo(destination[(i + Vector<float>.Count)..]);
        }

        for (; i < stored.Length; i++) destination[i] = (float)BitConverter.UInt16BitsToHalf(stored[i]);
    }

    // 5.19e33 is 2^112. Exponent and mantissa in their new places are 2^(127 - 15) too small, subnormal numbers too: one product, which is exact, corrects
    // both. Infinities and NaN alone must be given the greatest exponent.
    private static Vector<float> WidenHalf(Vector<uint> half)
    {
        Vector<uint> magnitude = Vector.ShiftLeft(half & new Vector<uint>(0x7FFF), 13);
        Vector<uint> scaled = Vector.AsVectorUInt32(Vector.AsVectorSingle(magnitude) * new Vector<float>(5.192296858534828e33f));
        Vector<uint> special = Vector.GreaterThanOrEqual(magnitude, new Vector<uint>(0x0F80_0000)) & new Vector<uint>(0x7F80_0000);
        return Vector.AsVectorSingle(scaled | special | Vector.ShiftLeft(half & new Vector<uint>(0x8000), 16));
    }
}
