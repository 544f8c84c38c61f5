using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace VoiceGlm.Rtc;

/// <summary>One UDP socket for all sessions. Its own thread waits for packets and handles each where it lies: nothing is copied or allocated on the way.</summary>
internal sealed class UdpEndpoint : IDisposable
{
    private const int MaximumPacket = 2048;

    // A burst of several hundred calls' packets while the thread is not scheduled.
    private const int SocketBuffer = 4 << 20;

    private readonly PacketRouter _router;
    private readonly RtcCounters _counters;
    private readonly Socket _socket;
    private readonly Thread _thread;
    private readonly ConcurrentDictionary<TransportAddress, UdpPath> _paths = new();
    private volatile bool _isDisposed;

    /// <exception cref="SocketException">The address cannot be bound.</exception>
    public UdpEndpoint(IPEndPoint address, PacketRouter router, RtcCounters counters)
    {
        _router = router;
        _counters = counters;
        _socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            if (address.Address.Equals(IPAddress.IPv6Any)) _socket.DualMode = true;
            _socket.ReceiveBufferSize = SocketBuffer;
            _socket.SendBufferSize = SocketBuffer;
            _socket.Bind(address);
        }
        catch
        {
            _socket.Dispose();
            throw;
        }

        LocalEndPoint = (IPEndPoint)_socket.LocalEndPoint!;
        _thread = new Thread(Receive) { IsBackground = true, Name = $"RTC {LocalEndPoint}" };
    }

    public IPEndPoint LocalEndPoint { get; }

    public void Start() => _thread.Start();

    /// <summary>Makes an address a session's.</summary>
    public void Add(UdpPath path) => _paths[path.Remote] = path;

    /// <summary>Makes an address nobody's, unless it is another session's by now.</summary>
    public void Remove(UdpPath path) => _paths.TryRemove(KeyValuePair.Create(path.Remote, path));

    public bool TrySend(ReadOnlySpan<byte> packet, SocketAddress to)
    {
        try
        {
            _socket.SendTo(packet, SocketFlags.None, to);
            _counters.Sent(packet.Length);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        _isDisposed = true;
        _socket.Dispose();
        if (_thread.ThreadState.HasFlag(ThreadState.Unstarted) || Thread.CurrentThread == _thread) return;
        _thread.Join();
    }

    private void Receive()
    {
        var buffer = new byte[MaximumPacket];
        var from = new SocketAddress(_socket.AddressFamily);
        while (!_isDisposed)
        {
            int length;
            try
            {
                length = _socket.ReceiveFrom(buffer, SocketFlags.None, from);
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                // An ICMP message about something sent before, or the end of the socket, which the loop asks for.
                continue;
            }

            TransportAddress remote = TransportAddress.From(from);
            if (_paths.TryGetValue(remote, out UdpPath? path))
                _router.Handle(buffer.AsSpan(0, length), path);
            else
                _router.HandleUnknown(buffer.AsSpan(0, length), this, remote, from);
        }
    }
}

/// <summary>A remote address of a UDP socket.</summary>
internal sealed class UdpPath : NetworkPath
{
    private readonly UdpEndpoint _endpoint;
    private readonly SocketAddress _address;

    public UdpPath(UdpEndpoint endpoint, TransportAddress remote, SocketAddress address)
        : base(remote)
    {
        _endpoint = endpoint;
        _address = new SocketAddress(address.Family, address.Size);
        address.Buffer[..address.Size].CopyTo(_address.Buffer);
    }

    public override bool TrySend(ReadOnlySpan<byte> packet) => _endpoint.TrySend(packet, _address);

    public override void Release() => _endpoint.Remove(this);
}
