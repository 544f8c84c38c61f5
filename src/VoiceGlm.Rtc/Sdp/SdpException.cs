namespace VoiceGlm.Rtc;

/// <summary>A session description that cannot be read, or that asks for what is not offered here. The message says what was expected and found.</summary>
public sealed class SdpException : FormatException
{
    /// <summary>Makes an exception without a message of its own.</summary>
    public SdpException()
    {
    }

    /// <summary>Makes an exception.</summary>
    /// <param name="message">What was expected and what was found.</param>
    public SdpException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an exception that another one caused.</summary>
    /// <param name="message">What was expected and what was found.</param>
    /// <param name="innerException">The cause.</param>
    public SdpException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
