using System.Net;
using System.Net.Sockets;

namespace VoiceGlm.Testing;

/// <summary>
/// Stands between UDP peers and a server and does to their packets what a <see cref="Network"/> does. Each peer has a socket of its own towards the
/// server, as a NAT gives it one. Each way draws the fates of its packets in their order from the network's seed, and times count from the first
/// packet of sound. Thread-safe.
/// </summary>
public sealed class ImpairingRelay : IDisposable
{
    private const int MaximumPacket = 2048;
    private const int SocketBuffer = 4 << 20;

    private readonly Lock _gate = new();
    private readonly IPEndPoint _server;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly Socket _front;
    private readonly Dictionary<EndPoint, Socket> _peers = [];
    private readonly PriorityQueue<Packet, (TimeSpan Due, long Order)> _underWay = new();
    private readonly long _start;

    // To the server, and to peers.
    private readonly (long Taken, long Passed)[] _counts = new (long, long)[2];
    private Network _network = new() { DelayMilliseconds = (0, 0) };
    private Random[] _fates = [new(0), new(0)];
    private TimeSpan? _soundBegan;
    private long _order;
    private bool _isDisposed;

    /// <summary>Begins to listen, at first as a network that does no harm.</summary>
    /// <param name="server">Where packets of peers go.</param>
    /// <param name="time">The clock that holds packets back.</param>
    public ImpairingRelay(IPEndPoint server, TimeProvider? time = null)
    {
        _server = server;
        _time = time ?? TimeProvider.System;
        _start = _time.GetTimestamp();
        _timer = _time.CreateTimer(_ => Release(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _front = Listen(TakeFromPeer);
    }

    /// <summary>Where peers send to.</summary>
    public IPEndPoint EndPoint => (IPEndPoint)_front.LocalEndPoint!;

    /// <summary>What came from peers, and what of it the server got; copies count.</summary>
    public (long Taken, long Passed) ToServer
    {
        get
        {
            lock (_gate) return _counts[0];
        }
    }

    /// <summary>What came from the server, and what of it peers got; copies count.</summary>
    public (long Taken, long Passed) ToPeers
    {
        get
        {
            lock (_gate) return _counts[1];
        }
    }

    /// <summary>What came, either way, while the network was out.</summary>
    public long CutOff { get; private set; }

    /// <summary>Is another network from here on; what is under way stays so.</summary>
    public void Become(Network network)
    {
        lock (_gate)
        {
            _network = network;
            _fates = [new Random(network.Seed), new Random(network.Seed + 1)];
            _soundBegan = null;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _timer.Dispose();
            _front.Dispose();
            foreach (Socket socket in _peers.Values) socket.Dispose();
        }
    }

    private TimeSpan Now => _time.GetElapsedTime(_start);

    private static Socket Listen(Action<byte[], EndPoint> take)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = SocketBuffer, SendBufferSize = SocketBuffer };
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        new Thread(() => Receive(socket, take)) { IsBackground = true, Name = $"Relay {socket.LocalEndPoint}" }.Start();
        return socket;
    }

    private static void Receive(Socket socket, Action<byte[], EndPoint> take)
    {
        var buffer = new byte[MaximumPacket];
        EndPoint from = new IPEndPoint(IPAddress.Any, 0);
        while (true)
        {
            try
            {
                int length = socket.ReceiveFrom(buffer, ref from);
                take(buffer[..length], from);
            }
            catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionRefused)
            {
                // Where a packet was sent before, nobody listens any more.
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private void TakeFromPeer(byte[] packet, EndPoint peer)
    {
        lock (_gate)
        {
            if (_isDisposed) return;
            if (!_peers.TryGetValue(peer, out Socket? socket)) _peers[peer] = socket = Listen((answer, _) => TakeFromServer(answer, peer));
            if (packet is [>= 128 and <= 191, ..]) _soundBegan ??= Now;
            Take(new Packet(packet, socket, _server, Way: 0));
        }
    }

    private void TakeFromServer(byte[] packet, EndPoint peer)
    {
        lock (_gate)
        {
            if (!_isDisposed) Take(new Packet(packet, _front, peer, Way: 1));
        }
    }

    private void Take(Packet packet)
    {
        TimeSpan start = _soundBegan ?? Now;
        if (_network.IsOut(Now - start)) CutOff++;
        foreach (TimeSpan arrival in _network.Arrivals(Now - start, _fates[packet.Way])) _underWay.Enqueue(packet, (start + arrival, _order++));
        Release();
        _counts[packet.Way].Taken++;
    }

    // Sends what is due, and wakes again for what is not.
    private void Release()
    {
        lock (_gate)
        {
            if (_isDisposed) return;
            TimeSpan now = Now;
            while (_underWay.TryPeek(out Packet? packet, out (TimeSpan Due, long Order) at))
            {
                if (at.Due > now)
                {
                    _timer.Change(TimeSpan.FromMilliseconds(Math.Ceiling((at.Due - now).TotalMilliseconds)), Timeout.InfiniteTimeSpan);
                    return;
                }

                _underWay.Dequeue();
                packet.Via.SendTo(packet.Bytes, packet.To);
                _counts[packet.Way].Passed++;
            }
        }
    }

    /// <param name="Bytes">What it is.</param>
    /// <param name="Via">The socket that it leaves by.</param>
    /// <param name="To">Where to.</param>
    /// <param name="Way">0 to the server, 1 to a peer.</param>
    private sealed record Packet(byte[] Bytes, Socket Via, EndPoint To, int Way);
}
