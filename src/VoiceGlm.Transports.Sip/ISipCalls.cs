namespace VoiceGlm.Transports.Sip;

/// <summary>Places calls, and hands them over. Thread-safe.</summary>
public interface ISipCalls
{
    /// <summary>Calls somebody by the first account, and gives the call to the conversation when it is answered.</summary>
    /// <param name="target">Whom: <c>sip:alice@example.com</c>, or a number of the account's PBX.</param>
    /// <param name="cancellationToken">Gives up ringing.</param>
    /// <returns>The call, answered.</returns>
    /// <exception cref="SipCallException">The target may not be called, or does not answer; the message says why.</exception>
    Task<ISipCall> CallAsync(string target, CancellationToken cancellationToken);

    /// <summary>The call of a connection, for what a conversation wants of it; null where it is over, or is none.</summary>
    ISipCall? Find(IVoiceConnection connection);
}

/// <summary>A call that was answered. Thread-safe.</summary>
public interface ISipCall
{
    /// <summary>Who the other side is, as an address.</summary>
    string Remote { get; }

    /// <summary>Completes when the call is over, with the reason as a sentence.</summary>
    Task<string> Ended { get; }

    /// <summary>Holds the call, or takes it back.</summary>
    /// <exception cref="SipCallException">The call is over, changes already, or the other side refuses.</exception>
    Task HoldAsync(bool isHeld, CancellationToken cancellationToken);

    /// <summary>Hands the call over to somebody; where that fails it goes on.</summary>
    /// <param name="target">To whom: an address, or a number of the account's PBX.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="SipCallException">The call is over, or is handed over already, or the target is no address.</exception>
    Task<TransferResult> TransferAsync(string target, CancellationToken cancellationToken);

    /// <summary>Puts this call and another through to each other; where that fails both go on.</summary>
    /// <exception cref="SipCallException">A call is over, or is handed over already.</exception>
    Task<TransferResult> TransferAsync(ISipCall other, CancellationToken cancellationToken);

    /// <summary>Presses keys: 0 to 9, *, #, A to D.</summary>
    /// <exception cref="SipCallException">The call is over.</exception>
    void SendKeys(string keys);

    /// <summary>Ends the call.</summary>
    void HangUp();
}
