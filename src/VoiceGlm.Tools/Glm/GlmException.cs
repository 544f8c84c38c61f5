namespace VoiceGlm.Tools.Glm;

/// <summary>A request failed; carries what went wrong to where the user is told.</summary>
internal sealed class GlmException : Exception
{
    public GlmException(GlmError error, Exception? innerException = null)
        : base($"{error.Kind} {error.Code}: {error.Message}", innerException) => Error = error;

    public GlmException(GlmErrorKind kind, string message, Exception? innerException = null)
        : this(new GlmError(kind, message), innerException)
    {
    }

    /// <summary>What went wrong.</summary>
    public GlmError Error { get; }

    /// <summary>What kind of thing.</summary>
    public GlmErrorKind Kind => Error.Kind;
}
