using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace VoiceGlm.Transports.Sip;

/// <summary>The sockets of the telephone: listens by UDP, TCP and TLS, and makes the ways to peers. Thread-safe.</summary>
internal sealed class SipNetwork : IAsyncDisposable
{
    private readonly SipVoiceOptions _options;
    private readonly ISipReceiver _receiver;
    private readonly SipUdpSocket? _udp;
    private readonly SipTls _tls;
    private readonly List<TcpListener> _listeners = [];
    private readonly ConcurrentDictionary<SipConnection, Task> _connections = new();
    private readonly ConcurrentDictionary<IPAddress, IPAddress> _locals = new();
    private readonly Dictionary<SipProtocol, int> _ports = [];
    private readonly List<Task> _loops = [];
    private volatile bool _isDisposed;

    /// <param name="options">Where to listen.</param>
    /// <param name="receiver">Is told what comes.</param>
    /// <exception cref="SocketException">An address cannot be bound.</exception>
    public SipNetwork(SipVoiceOptions options, ISipReceiver receiver)
    {
        _options = options;
        _receiver = receiver;
        _tls = new SipTls(options);
        IPAddress address = IPAddress.Parse(options.Address);
        try
        {
            if (options.UdpPort >= 0)
            {
                _udp = new SipUdpSocket(new IPEndPoint(address, options.UdpPort), receiver);
                _ports[SipProtocol.Udp] = _udp.Local.Port;
            }

            if (options.TcpPort >= 0) Listen(SipProtocol.Tcp, new IPEndPoint(address, options.TcpPort));
            if (options.TlsPort >= 0) Listen(SipProtocol.Tls, new IPEndPoint(address, options.TlsPort));
        }
        catch
        {
            _udp?.Dispose();
            foreach (TcpListener listener in _listeners) listener.Dispose();
            throw;
        }
    }

    /// <summary>Connections that are open or are being opened.</summary>
    public int ConnectionCount => _connections.Count;

    /// <summary>Begins to receive.</summary>
    public void Start()
    {
        if (_udp is not null) _loops.Add(_udp.RunAsync());
        for (int i = 0; i < _listeners.Count; i++)
            _loops.Add(AcceptAsync(_listeners[i], _options.TlsPort >= 0 && i == _listeners.Count - 1 ? SipProtocol.Tls : SipProtocol.Tcp));
    }

    /// <summary>The port that is listened at; null where the protocol is not in use.</summary>
    public int? PortOf(SipProtocol protocol) => _ports.TryGetValue(protocol, out int port) ? port : null;

    /// <summary>The way to an address: one that is open, or a new one.</summary>
    /// <param name="protocol">What carries it.</param>
    /// <param name="remote">The address.</param>
    /// <param name="host">Whose certificate a secure peer must have.</param>
    /// <returns><see langword="null"/> where the protocol is not in use, or there are as many connections as may be.</returns>
    public SipFlow? FlowTo(SipProtocol protocol, IPEndPoint remote, string host)
    {
        if (protocol == SipProtocol.Udp) return _udp?.FlowTo(remote);
        foreach (SipConnection open in _connections.Keys)
        {
            if (open.Protocol == protocol && open.IsOpen && open.Remote.Equals(remote)) return open;
        }

        if (_isDisposed || _connections.Count >= _options.MaximumConnections) return null;
        var connection = new SipConnection(protocol, remote, _receiver);
        Begin(connection, async cancellationToken =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(remote, cancellationToken);
                var stream = new NetworkStream(socket, ownsSocket: true);
                return protocol == SipProtocol.Tls ? await _tls.ConnectAsync(stream, host, cancellationToken) : stream;
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        });
        return connection;
    }

    /// <summary>The address of this side that a peer reaches: the public one that was set, or the one that the machine's routes lead from.</summary>
    public string AddressFor(IPAddress remote)
    {
        if (_options.PublicAddress.Length > 0) return _options.PublicAddress;
        return Text(_locals.GetOrAdd(remote, LocalFor));
    }

    /// <summary>An address as a URI or a session description has it.</summary>
    public static string Text(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _isDisposed = true;
        _udp?.Dispose();
        foreach (TcpListener listener in _listeners) listener.Dispose();
        await Task.WhenAll(_loops);
        foreach (SipConnection connection in _connections.Keys) connection.Dispose();
        await Task.WhenAll(_connections.Values);
        _tls.Dispose();
    }

    private IPAddress LocalFor(IPAddress remote)
    {
        IPAddress listening = IPAddress.Parse(_options.Address);
        if (!listening.Equals(IPAddress.Any) && !listening.Equals(IPAddress.IPv6Any)) return listening;
        try
        {
            using var socket = new Socket(remote.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            // Nothing is sent: the system only looks its routes up.
            socket.Connect(remote, 9);
            return ((IPEndPoint)socket.LocalEndPoint!).Address;
        }
        catch (SocketException)
        {
            return IPAddress.Loopback;
        }
    }

    private void Listen(SipProtocol protocol, IPEndPoint address)
    {
        var listener = new TcpListener(address);
        _listeners.Add(listener);
        listener.Start();
        _ports[protocol] = ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task AcceptAsync(TcpListener listener, SipProtocol protocol)
    {
        while (!_isDisposed)
        {
            Socket socket;
            try
            {
                socket = await listener.AcceptSocketAsync();
            }
            catch (Exception exception) when (exception is ObjectDisposedException or InvalidOperationException || (exception is SocketException && _isDisposed))
            {
                return;
            }
            catch (SocketException)
            {
                // Who knocked is gone again.
                continue;
            }

            if (_connections.Count >= _options.MaximumConnections || socket.RemoteEndPoint is not IPEndPoint remote)
            {
                socket.Dispose();
                continue;
            }

            socket.NoDelay = true;
            var connection = new SipConnection(protocol, remote, _receiver);
            Begin(connection, async cancellationToken =>
            {
                var stream = new NetworkStream(socket, ownsSocket: true);
                try
                {
                    return protocol == SipProtocol.Tls ? await _tls.AcceptAsync(stream, cancellationToken) : stream;
                }
                catch
                {
                    await stream.DisposeAsync();
                    throw;
                }
            });
        }
    }

    private void Begin(SipConnection connection, Func<CancellationToken, Task<Stream>> open)
    {
        var ended = new TaskCompletionSource();
        _connections[connection] = ended.Task;
        _ = Task.Run(async () =>
        {
            await connection.RunAsync(open);
            _connections.TryRemove(connection, out _);
            ended.SetResult();
        });
    }
}
