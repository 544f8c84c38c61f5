using System.Net;

namespace VoiceGlm.Transports.Sip;

/// <summary>The way to one peer: messages leave by it, and answers to what came by it go back by it. Thread-safe.</summary>
/// <param name="protocol">What carries it.</param>
/// <param name="remote">The peer's address.</param>
internal abstract class SipFlow(SipProtocol protocol, IPEndPoint remote)
{
    /// <summary>What carries it.</summary>
    public SipProtocol Protocol => protocol;

    /// <summary>The peer's address.</summary>
    public IPEndPoint Remote => remote;

    /// <summary>Whether what is sent arrives, or the flow fails.</summary>
    public bool IsReliable => protocol != SipProtocol.Udp;

    /// <summary>Whether messages can be sent by it.</summary>
    public abstract bool IsOpen { get; }

    /// <summary>Sends a message, or begins to.</summary>
    /// <returns>False where it cannot be sent.</returns>
    public abstract bool TrySend(byte[] message);
}
