using VoiceGlm.Inference;

namespace VoiceGlm.Checkpoints;

/// <summary>How the numbers of a converted model are kept.</summary>
public enum Precision
{
    /// <summary>32-bit floats, as they are computed with: exact.</summary>
    Full,

    /// <summary>8 bits and a scale for each block: a quarter of the size.</summary>
    EightBits,

    /// <summary>4 bits and a scale for each block: a sixth of the size.</summary>
    FourBits,
}

/// <summary>How a conversion keeps the weights of the language model's matrices. Everything else stays as it is.</summary>
/// <param name="Precision">The matrices of the layers.</param>
/// <param name="HeadPrecision">The output layer, which a choice among many words is made by.</param>
/// <param name="BlockSize">Elements that share a scale: a power of two from 16 to 256. Fewer are closer to the original, and larger.</param>
public sealed record QuantizationOptions(Precision Precision, Precision HeadPrecision, int BlockSize)
{
    /// <summary>Nothing is rounded.</summary>
    public static QuantizationOptions None { get; } = new(Precision.Full, Precision.Full, 32);

    /// <summary>The usual choice for a precision: a head of at least 8 bits, blocks of 32.</summary>
    public static QuantizationOptions For(Precision precision) => new(precision, precision == Precision.Full ? Precision.Full : Precision.EightBits, 32);

    /// <summary>Whether a model was converted with these options.</summary>
    /// <param name="model">What its manifest says, or <see langword="null"/> where nothing was rounded.</param>
    public bool Match(QuantizationManifest? model) => model is null
        ? Precision == Precision.Full && HeadPrecision == Precision.Full
        : (model.Bits, model.HeadBits, model.BlockSize) == (BitsOf(Precision) ?? 32, BitsOf(HeadPrecision) ?? 32, BlockSize);

    /// <summary>Checks the block size.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not a power of two from 16 to 256.</exception>
    internal void Validate()
    {
        if (BlockSize is < 16 or > 256 || (BlockSize & (BlockSize - 1)) != 0)
            throw new ArgumentOutOfRangeException(nameof(BlockSize), BlockSize, "Blocks have 16, 32, 64, 128 or 256 elements.");
    }

    /// <summary>Bits of an element, or null where it stays a float.</summary>
    internal static int? BitsOf(Precision precision) => precision switch { Precision.EightBits => 8, Precision.FourBits => 4, _ => null };
}
