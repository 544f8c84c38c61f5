namespace VoiceGlm.Checkpoints;

/// <summary>How a written checkpoint stores a number, in safetensors' spelling.</summary>
public enum StoredElementType
{
    /// <summary>32-bit float.</summary>
    F32,

    /// <summary>16-bit float of IEEE 754.</summary>
    F16,

    /// <summary>The upper half of a 32-bit float, rounded to the nearest even.</summary>
    BF16,
}
