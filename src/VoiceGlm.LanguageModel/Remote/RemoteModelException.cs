namespace VoiceGlm.LanguageModel;

/// <summary>What went wrong with a request to a server.</summary>
internal enum RemoteFailure
{
    /// <summary>There was no connection.</summary>
    Unreachable,

    /// <summary>The server has too much to do, and says so.</summary>
    Busy,

    /// <summary>The server says that it failed.</summary>
    ServerError,

    /// <summary>A token did not come in time.</summary>
    TimedOut,

    /// <summary>The connection ended in the middle.</summary>
    Cut,

    /// <summary>The server does not take the request.</summary>
    Refused,

    /// <summary>The answer is not of the protocol, or of another model.</summary>
    Malformed,
}

/// <summary>A server did not continue a conversation. The message is a sentence for the person who runs the service.</summary>
internal sealed class RemoteModelException(Uri address, RemoteFailure failure, string what, Exception? innerException = null)
    : InvalidOperationException($"The language model at {address} {what}.", innerException)
{
    /// <summary>What went wrong.</summary>
    public RemoteFailure Failure => failure;

    /// <summary>How long the server asks to be left alone, if it does.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether the same request may succeed a moment later, or elsewhere.</summary>
    public bool IsTransient => failure is not (RemoteFailure.Refused or RemoteFailure.Malformed);

    /// <summary>Whether nothing more should be sent to the server before it was asked whether it is well.</summary>
    public bool SpeaksAgainstServer => failure is RemoteFailure.Unreachable or RemoteFailure.TimedOut or RemoteFailure.Cut;
}
