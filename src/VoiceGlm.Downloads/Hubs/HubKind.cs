namespace VoiceGlm.Downloads;

/// <summary>How a hub is spoken to.</summary>
public enum HubKind
{
    /// <summary>As Hugging Face, or a mirror of it.</summary>
    HuggingFace,

    /// <summary>As ModelScope.</summary>
    ModelScope,
}
