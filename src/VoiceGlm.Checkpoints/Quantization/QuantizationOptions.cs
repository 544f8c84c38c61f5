using VoiceGlm.Inference;

namespace VoiceGlm.Checkpoints;

/// <summary>How a conversion keeps the weights of the language model's matrices. Everything else stays as it is.</summary>
/// <param name="Precision">The matrices of the layers.</param>
/// <param name="HeadPrecision">The output layer, which a choice among many words is made by.</param>
/// <param name="BlockSize">Elements that share a scale, with 8 and 4 bits: a power of two from 16 to 256. Fewer are closer to the original, and larger.</param>
public sealed record QuantizationOptions(Precision Precision, Precision HeadPrecision, int BlockSize)
{
    /// <summary>Elements that share a scale where nothing else is asked for.</summary>
    public const int UsualBlockSize = 32;

    /// <summary>Nothing is rounded.</summary>
    public static QuantizationOptions None { get; } = For(Precision.Full);

    /// <summary>
    /// Whether the graph computes with 16-bit floats, and keeps keys and values so: what a GPU is fast at, and half of the memory. A
    /// processor computes so, too, but slowly. All weights are 16-bit floats then, but for matrices of 8 and 4 bits.
    /// </summary>
    public bool ComputesInHalf { get; init; }

    /// <summary>The usual choice for a precision: a head of at least 8 bits, blocks of 32.</summary>
    public static QuantizationOptions For(Precision precision) => new(precision, precision == Precision.FourBits ? Precision.EightBits : precision, UsualBlockSize);

    /// <summary>Whether a model was converted with these options.</summary>
    /// <param name="model">What its manifest says, or <see langword="null"/> where nothing was rounded.</param>
    public bool Match(QuantizationManifest? model) => model is null
        ? IsExact
        : (model.Weights, model.Head, model.BlockSize, model.ComputesInHalf) == (PrecisionName.Of(Precision), PrecisionName.Of(HeadPrecision), BlockSize, ComputesInHalf);

    /// <summary>Whether everything stays as it is.</summary>
    internal bool IsExact => Precision == Precision.Full && HeadPrecision == Precision.Full && !ComputesInHalf;

    /// <summary>Checks the block size, and that weights and computation fit one another.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The block size is not a power of two from 16 to 256.</exception>
    /// <exception cref="ArgumentException">Weights of more than 16 bits, or of bfloat16, are asked for in a graph that computes with 16-bit floats.</exception>
    internal void Validate()
    {
        if (BlockSize is < 16 or > 256 || (BlockSize & (BlockSize - 1)) != 0)
            throw new ArgumentOutOfRangeException(nameof(BlockSize), BlockSize, "Blocks have 16, 32, 64, 128 or 256 elements.");
        if (ComputesInHalf && (Precision is Precision.Full or Precision.BFloat16 || HeadPrecision is Precision.Full or Precision.BFloat16))
        {
            throw new ArgumentException(
                $"A graph that computes in fp16 has weights of fp16, int8 or int4; asked for {PrecisionName.Of(Precision)}, the head {PrecisionName.Of(HeadPrecision)}.");
        }
    }

    /// <summary>Bits of an element, or null where it stays a float.</summary>
    internal static int? BitsOf(Precision precision) => precision switch { Precision.EightBits => 8, Precision.FourBits => 4, _ => null };
}
