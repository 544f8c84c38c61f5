namespace VoiceGlm.Tools.Glm;

/// <summary>What a model is needed for. Which model does it is configuration.</summary>
internal enum GlmRole
{
    /// <summary>Answers questions.</summary>
    Text,

    /// <summary>Decides quickly: which tool, which words for a picture.</summary>
    Fast,

    /// <summary>Looks at pictures.</summary>
    Vision,

    /// <summary>Reads pages.</summary>
    Ocr,

    /// <summary>Writes code.</summary>
    Code,

    /// <summary>Draws.</summary>
    Picture,

    /// <summary>Makes films.</summary>
    Video,

    /// <summary>Operates a phone.</summary>
    Phone,

    /// <summary>Reasons.</summary>
    Reasoning,

    /// <summary>Reasons about pictures.</summary>
    VisionReasoning,
}
