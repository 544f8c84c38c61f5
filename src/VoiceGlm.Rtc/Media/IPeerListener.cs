namespace VoiceGlm.Rtc;

/// <summary>
/// Is told what a peer sends and what becomes of it. Calls come from the network's threads, one packet at a time per path: they must return at once,
/// and what they throw closes the session.
/// </summary>
public interface IPeerListener
{
    /// <summary>A packet of sound arrived. Its memory is the network's: what is kept is copied.</summary>
    void OnAudio(PeerConnection peer, in AudioPacket packet);

    /// <summary>A key was pressed, or let go; each once (RFC 4733).</summary>
    void OnTelephoneEvent(PeerConnection peer, TelephoneEvent telephoneEvent)
    {
    }

    /// <summary>The peer tells how it receives: what a coder fits its error correction to.</summary>
    void OnReport(PeerConnection peer, ReceptionReport report)
    {
    }

    /// <summary>The peer's source says that it sends no more, as one does that is put on hold. The session goes on.</summary>
    void OnBye(PeerConnection peer)
    {
    }

    /// <summary>The session is in another state, <see cref="PeerConnection.State"/>.</summary>
    void OnStateChanged(PeerConnection peer, PeerState state)
    {
    }
}
