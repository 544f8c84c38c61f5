namespace VoiceGlm.Rtc;

/// <summary>A way to a peer: a remote address of a UDP socket, or a TCP connection.</summary>
/// <param name="remote">The other end.</param>
internal abstract class NetworkPath(TransportAddress remote)
{
    public TransportAddress Remote => remote;

    /// <summary>Whose it is, once a check has shown it.</summary>
    public PeerConnection? Peer { get; set; }

    /// <summary>When it was last checked.</summary>
    public TimeSpan CheckedAt { get; set; }

    /// <summary>Sends a packet. Thread-safe.</summary>
    /// <returns>False where it could not leave.</returns>
    public abstract bool TrySend(ReadOnlySpan<byte> packet);

    /// <summary>Gives up what the path holds.</summary>
    public abstract void Release();
}
