using System.Collections.Concurrent;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace VoiceGlm.Rtc;

/// <summary>
/// Answers WebRTC offers: one UDP socket, one TCP port and one fresh certificate for all sessions of a process. Usable alone. Thread-safe.
/// </summary>
public sealed class RtcServer : IAsyncDisposable
{
    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(100);

    private readonly RtcOptions _options;
    private readonly DtlsIdentity _identity;
    private readonly List<UdpEndpoint> _udp = [];
    private readonly List<TcpEndpoint> _tcp = [];
    private readonly ConcurrentDictionary<PeerConnection, bool> _peers = new();
    private readonly SemaphoreSlim _handshakes;
    private readonly ITimer _timer;
    private int _isTicking;
    private volatile bool _isDisposed;

    /// <summary>Binds the sockets and begins to listen.</summary>
    /// <param name="options">Where, and limits.</param>
    /// <param name="time">The clock; the system's where null.</param>
    /// <exception cref="ArgumentException">An option is outside its range.</exception>
    /// <exception cref="SocketException">An address cannot be bound.</exception>
    public RtcServer(RtcOptions options, TimeProvider? time = null)
    {
        options.Validate();
        _options = options;
        Time = time ?? TimeProvider.System;
        Counters = new RtcCounters(() => _peers.Count);
        Router = new PacketRouter(Counters, Time);
        _identity = DtlsIdentity.Create(Time.GetUtcNow());
        _handshakes = new SemaphoreSlim(options.MaximumHandshakes);
        try
        {
            foreach (IPAddress address in LocalAddresses(options))
                Bind(address);
        }
        catch
        {
            foreach (UdpEndpoint endpoint in _udp)
                endpoint.Dispose();
            foreach (TcpEndpoint endpoint in _tcp)
                endpoint.Dispose();
            throw;
        }

        foreach (UdpEndpoint endpoint in _udp)
            endpoint.Start();
        _timer = Time.CreateTimer(static state => ((RtcServer)state!).Tick(), this, s_tick, s_tick);
    }

    /// <summary>What passed and what was dropped.</summary>
    public RtcCounters Counters { get; }

    /// <summary>The digest of this process's certificate.</summary>
    public CertificateFingerprint Fingerprint => _identity.Fingerprint;

    /// <summary>Where UDP is received.</summary>
    public IReadOnlyList<IPEndPoint> UdpEndPoints => [.. _udp.Select(static endpoint => endpoint.LocalEndPoint)];

    /// <summary>Where TCP connections are accepted.</summary>
    public IReadOnlyList<IPEndPoint> TcpEndPoints => [.. _tcp.Select(static endpoint => endpoint.LocalEndPoint)];

    /// <summary>The time by the steady clock that arrivals are told by.</summary>
    public TimeSpan Now => Router.Now;

    /// <summary>Sessions that are not over.</summary>
    public int SessionCount => _peers.Count;

    internal PacketRouter Router { get; }

    internal TimeProvider Time { get; }

    /// <summary>Answers an offer. The session waits for the peer from here on.</summary>
    /// <param name="offer">The offer, SDP.</param>
    /// <param name="formats">What the caller can code, most wanted first.</param>
    /// <param name="listener">Is told what the peer sends.</param>
    /// <exception cref="SdpException">The offer cannot be read or met.</exception>
    /// <exception cref="InvalidOperationException">There are as many sessions as there may be, or the server is disposed.</exception>
    public PeerConnection Accept(string offer, IEnumerable<AudioFormat> formats, IPeerListener listener)
    {
        AudioFormat[] wanted = [.. formats];
        AudioAnswer agreed = AudioAnswer.Agree(AudioOffer.Parse(offer), wanted);
        if (_isDisposed) throw new InvalidOperationException("Expected a server that is not disposed.");
        if (_peers.Count >= _options.MaximumSessions) throw new InvalidOperationException($"Expected fewer than {_options.MaximumSessions} sessions.");
        var peer = new PeerConnection(this, agreed, wanted, listener);
        _peers[peer] = true;
        return peer;
    }

    /// <summary>Ends every session and frees the sockets.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        await _timer.DisposeAsync();
        foreach (PeerConnection peer in _peers.Keys)
            peer.Close("The server stops.");
        foreach (UdpEndpoint endpoint in _udp)
            endpoint.Dispose();
        foreach (TcpEndpoint endpoint in _tcp)
            endpoint.Dispose();
        Counters.Dispose();
    }

    internal void Remove(PeerConnection peer) => _peers.TryRemove(peer, out _);

    /// <summary>Begins a handshake, where there is a thread for it.</summary>
    internal DtlsAssociation? TryBeginHandshake(PeerConnection peer, IReadOnlyList<CertificateFingerprint> fingerprints)
    {
        if (!_handshakes.Wait(0)) return null;
        var settings = new DtlsSettings(_options.Profiles, fingerprints, _options.ConnectTimeout);
        var association = new DtlsAssociation(_identity, settings, peer.SendDtls, peer.Secure, reason => End(peer, reason));
        association.RunAsync().ContinueWith(
            static (_, handshakes) => ((SemaphoreSlim)handshakes!).Release(), _handshakes, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return association;
    }

    /// <summary>Where this machine is reached now: public addresses first, UDP before TCP.</summary>
    internal List<IceCandidate> FindCandidates()
    {
        IPAddress[] elsewhere = [.. _options.PublicAddresses.Select(IPAddress.Parse)];
        var candidates = new List<IceCandidate>();
        foreach ((IceTransport transport, IEnumerable<IPEndPoint> bound) in new[] { (IceTransport.Udp, UdpEndPoints), (IceTransport.TcpPassive, TcpEndPoints) })
        {
            int preference = transport == IceTransport.Udp ? ushort.MaxValue : 0x1FFF;
            foreach (IPEndPoint address in elsewhere.SelectMany(address => bound.Take(1).Select(local => new IPEndPoint(address, local.Port))).Concat(bound.SelectMany(Expand)).Distinct())
                candidates.Add(new IceCandidate(transport, address, preference--));
        }

        return candidates;
    }

    private static IEnumerable<IPAddress> LocalAddresses(RtcOptions options) =>
        options.Addresses.Length > 0 ? options.Addresses.Select(IPAddress.Parse) : [Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any];

    // A socket that is bound to every address is offered at each of them, the machine's own loopback only where it has no other.
    private static IEnumerable<IPEndPoint> Expand(IPEndPoint local)
    {
        bool isAny = local.Address.Equals(IPAddress.Any), isAny6 = local.Address.Equals(IPAddress.IPv6Any);
        if (!isAny && !isAny6) return [local];
        IPAddress[] all =
        [
            .. NetworkInterface.GetAllNetworkInterfaces()
                .Where(static network => network.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown)
                .SelectMany(static network => network.GetIPProperties().UnicastAddresses)
                .Select(static unicast => unicast.Address)
                .Where(address => (isAny6 || address.AddressFamily == AddressFamily.InterNetwork) && !address.IsIPv6LinkLocal)
        ];
        IPAddress[] reachable = [.. all.Where(static address => !IPAddress.IsLoopback(address))];
        return (reachable.Length > 0 ? reachable : all).Select(address => new IPEndPoint(address, local.Port));
    }

    private void Bind(IPAddress address)
    {
        _udp.Add(new UdpEndpoint(new IPEndPoint(address, _options.Port), Router, Counters));
        if (_options.TcpPort >= 0) _tcp.Add(new TcpEndpoint(new IPEndPoint(address, _options.TcpPort), Router, Counters, _options));
    }

    private void End(PeerConnection peer, string reason)
    {
        if (!peer.Connected.IsCompletedSuccessfully) Counters.FailHandshake();
        peer.Close(reason);
    }

    private void Tick()
    {
        // A tick that takes longer than its interval is not overtaken by the next.
        if (Interlocked.Exchange(ref _isTicking, 1) == 1) return;
        try
        {
            TimeSpan now = Router.Now;
            foreach ((PeerConnection peer, _) in _peers)
                peer.Tick(now, _options);
        }
        finally
        {
            Volatile.Write(ref _isTicking, 0);
        }
    }
}
