using System.Net;
using System.Net.Sockets;

namespace VoiceGlm.Transports.Sip;

/// <summary>The socket of all datagrams. Thread-safe.</summary>
internal sealed class SipUdpSocket : IDisposable
{
    // A burst of a few hundred messages while the thread pool is busy.
    private const int SocketBuffer = 1 << 20;

    private readonly Socket _socket;
    private readonly ISipReceiver _receiver;

    /// <exception cref="SocketException">The address cannot be bound.</exception>
    public SipUdpSocket(IPEndPoint address, ISipReceiver receiver)
    {
        _receiver = receiver;
        _socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = SocketBuffer };
        try
        {
            _socket.Bind(address);
        }
        catch
        {
            _socket.Dispose();
            throw;
        }

        Local = (IPEndPoint)_socket.LocalEndPoint!;
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint Local { get; }

    /// <summary>Receives until it is disposed.</summary>
    public async Task RunAsync()
    {
        byte[] buffer = new byte[SipParser.LargestMessage];
        var any = new IPEndPoint(_socket.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        while (true)
        {
            SocketReceiveFromResult result;
            try
            {
                result = await _socket.ReceiveFromAsync(buffer, any);
            }
            catch (SocketException exception) when (exception.SocketErrorCode != SocketError.OperationAborted)
            {
                // An ICMP message about something sent before.
                continue;
            }
            catch (Exception exception) when (exception is ObjectDisposedException or SocketException)
            {
                return;
            }

            ReadOnlyMemory<byte> datagram = buffer.AsMemory(0, result.ReceivedBytes);
            // Line ends alone keep a translation open.
            if (SipParser.TrimLineEnds(datagram.Span).IsEmpty) continue;
            SipMessage? message = SipParser.Parse(datagram.Span, isStream: false, out SipProblem? problem);
            if (message is not null) _receiver.Receive(message, problem, FlowTo((IPEndPoint)result.RemoteEndPoint));
        }
    }

    /// <summary>The way to an address.</summary>
    public SipFlow FlowTo(IPEndPoint remote) => new Flow(this, remote);

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private sealed class Flow(SipUdpSocket owner, IPEndPoint remote) : SipFlow(SipProtocol.Udp, remote)
    {
        public override bool IsOpen => true;

        public override bool TrySend(byte[] message)
        {
            try
            {
                owner._socket.SendTo(message, Remote);
                return true;
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                return false;
            }
        }
    }
}
