namespace VoiceGlm.Transports.Sip;

/// <summary>A call that did not come to be, or that cannot do what is asked. The message says why.</summary>
public sealed class SipCallException : Exception
{
    /// <summary>Makes an exception without a message of its own.</summary>
    public SipCallException()
    {
    }

    /// <summary>Makes an exception.</summary>
    /// <param name="message">Why.</param>
    public SipCallException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an exception that another one caused.</summary>
    /// <param name="message">Why.</param>
    /// <param name="innerException">The cause.</param>
    public SipCallException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
