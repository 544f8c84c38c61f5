using System.Collections.Concurrent;
using System.Net;

namespace VoiceGlm.Rtc;

/// <summary>
/// Brings each packet to its session (RFC 7983): STUN by the fragment that its username names, all else by the address it came from,
/// which a check has shown to be the session's. What belongs to nobody is dropped, counted, and never answered. Thread-safe.
/// </summary>
/// <param name="counters">Where packets are counted.</param>
/// <param name="time">The clock.</param>
internal sealed class PacketRouter(RtcCounters counters, TimeProvider time)
{
    private readonly ConcurrentDictionary<ulong, PeerConnection> _peers = new();
    private readonly long _start = time.GetTimestamp();

    /// <summary>Time since this began, by a steady clock.</summary>
    public TimeSpan Now => time.GetElapsedTime(_start);

    public void Add(ulong ufrag, PeerConnection peer) => _peers[ufrag] = peer;

    public void Remove(ulong ufrag) => _peers.TryRemove(ufrag, out _);

    /// <summary>Takes a packet that came by a known path. It may be decrypted where it lies.</summary>
    public void Handle(Span<byte> packet, NetworkPath path)
    {
        counters.Received(packet.Length);
        if (packet.IsEmpty)
        {
            counters.Drop(PacketDrop.Malformed);
            return;
        }

        PeerConnection peer = path.Peer!;
        switch (packet[0])
        {
            case < 4:
                HandleCheck(packet, path);
                break;
            case >= 20 and <= 63:
                peer.HandleDtls(packet, path);
                break;
            case >= 128 and <= 191:
                peer.HandleMedia(packet, path);
                break;
            default:
                counters.Drop(PacketDrop.Malformed);
                break;
        }
    }

    /// <summary>Takes a datagram from an address that is nobody's: only a check can make it someone's.</summary>
    public void HandleUnknown(ReadOnlySpan<byte> packet, UdpEndpoint endpoint, TransportAddress remote, SocketAddress address)
    {
        counters.Received(packet.Length);
        if (packet.IsEmpty || packet[0] > 3)
        {
            counters.Drop(PacketDrop.UnknownAddress);
            return;
        }

        if (FindPeer(packet, out StunMessage request) is not { } peer) return;
        var path = new UdpPath(endpoint, remote, address);
        if (!peer.HandleCheck(request, path)) return;
        endpoint.Add(path);
        // A session that was closed in between has released its paths before this one was there.
        if (peer.State == PeerState.Closed) endpoint.Remove(path);
    }

    /// <summary>Takes a check, by a path that may be new or another session's so far.</summary>
    /// <returns>Whether the path is a session's now.</returns>
    public bool HandleCheck(ReadOnlySpan<byte> packet, NetworkPath path) => FindPeer(packet, out StunMessage request) is { } peer && peer.HandleCheck(request, path);

    private PeerConnection? FindPeer(ReadOnlySpan<byte> packet, out StunMessage request)
    {
        if (!StunMessage.TryParse(packet, out request) || !request.HasValidFingerprint())
        {
            counters.Drop(PacketDrop.Malformed);
            return null;
        }

        // This side never asks, so an answer is one of its own that came back. An indication keeps an address open and asks for nothing.
        if (request.Type != StunType.BindingRequest)
        {
            counters.Drop(PacketDrop.Unsolicited);
            return null;
        }

        if (request.TryGet(StunAttribute.Username, out ReadOnlySpan<byte> user) && user.Length > IceCredentials.UfragLength && user[IceCredentials.UfragLength] == ':'
            && _peers.TryGetValue(IceCredentials.KeyOf(user), out PeerConnection? peer))
            return peer;
        counters.Drop(PacketDrop.UnknownUser);
        return null;
    }
}
