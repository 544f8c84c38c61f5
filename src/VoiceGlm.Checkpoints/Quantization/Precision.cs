namespace VoiceGlm.Checkpoints;

/// <summary>How the matrices of a converted network are kept.</summary>
public enum Precision
{
    /// <summary>32-bit floats, as they are computed with: exact.</summary>
    Full,

    /// <summary>16-bit floats of IEEE 754: half the size. Computed as 32-bit floats on a processor.</summary>
    Half,

    /// <summary>The upper halves of 32-bit floats: half the size, and exact for a checkpoint that is published so.</summary>
    BFloat16,

    /// <summary>8 bits and a scale for each block: a quarter of the size.</summary>
    EightBits,

    /// <summary>4 bits and a scale for each block: a sixth of the size.</summary>
    FourBits,
}
