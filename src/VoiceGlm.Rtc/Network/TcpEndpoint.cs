using System.Net;
using System.Net.Sockets;

namespace VoiceGlm.Rtc;

/// <summary>Accepts TCP connections for all sessions. A connection is nobody's until its first packets are a check; one that sends anything else before is closed.</summary>
internal sealed class TcpEndpoint : IDisposable
{
    private const int Backlog = 128;

    private readonly PacketRouter _router;
    private readonly RtcCounters _counters;
    private readonly RtcOptions _options;
    private readonly Socket _listener;
    private readonly CancellationTokenSource _stopping = new();
    private int _connections;

    /// <exception cref="SocketException">The address cannot be bound.</exception>
    public TcpEndpoint(IPEndPoint address, PacketRouter router, RtcCounters counters, RtcOptions options)
    {
        _router = router;
        _counters = counters;
        _options = options;
        _listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (address.Address.Equals(IPAddress.IPv6Any)) _listener.DualMode = true;
            _listener.Bind(address);
            _listener.Listen(Backlog);
        }
        catch
        {
            _listener.Dispose();
            throw;
        }

        LocalEndPoint = (IPEndPoint)_listener.LocalEndPoint!;
        _ = AcceptAsync();
    }

    public IPEndPoint LocalEndPoint { get; }

    public void Dispose()
    {
        _stopping.Cancel();
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            try
            {
                Socket socket = await _listener.AcceptAsync();
                if (Interlocked.Increment(ref _connections) > _options.MaximumTcpConnections)
                {
                    Interlocked.Decrement(ref _connections);
                    _counters.Drop(PacketDrop.Overload);
                    socket.Dispose();
                    continue;
                }

                _ = ReceiveAsync(socket);
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (SocketException exception) when (exception.SocketErrorCode == SocketError.OperationAborted)
            {
                return;
            }
            catch (SocketException)
            {
                // A connection that was gone before it was accepted.
            }
        }
    }

    private async Task ReceiveAsync(Socket socket)
    {
        TcpPath? path = null;
        using var firstCheck = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        firstCheck.CancelAfter(_options.ConnectTimeout);
        try
        {
            socket.NoDelay = true;
            path = new TcpPath(socket, _counters);
            var framing = new StreamFraming();
            while (true)
            {
                int count = await socket.ReceiveAsync(framing.Free, SocketFlags.None, path.Peer is null ? firstCheck.Token : _stopping.Token);
                if (count == 0) return;
                framing.Advance(count);
                if (!Handle(framing, path)) return;
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or InvalidDataException or OperationCanceledException)
        {
            // The connection is gone, or is no WebRTC, or has nothing to say.
            if (exception is InvalidDataException) _counters.Drop(PacketDrop.Malformed);
        }
        finally
        {
            Interlocked.Decrement(ref _connections);
            path?.Peer?.Forget(path);
            if (path is null)
                socket.Dispose();
            else
                path.Dispose();
        }
    }

    private bool Handle(StreamFraming framing, TcpPath path)
    {
        while (framing.TryTake(out Span<byte> packet))
        {
            if (path.Peer is not null)
            {
                _router.Handle(packet, path);
                continue;
            }

            _counters.Received(packet.Length);
            if (!_router.HandleCheck(packet, path)) return false;
        }

        return true;
    }
}
