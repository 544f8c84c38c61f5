using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Threading.Channels;

namespace VoiceGlm.Transports.Sip;

/// <summary>A connection by TCP or TLS, made by either side. Messages wait until it is open. Thread-safe.</summary>
internal sealed class SipConnection : SipFlow, IDisposable
{
    // What waits for a peer that reads slowly; beyond that it is too slow to hold calls.
    private const int WaitingMessages = 256;

    private static readonly byte[] s_pong = "\r\n"u8.ToArray();

    // Who sends half a message, or none after connecting, holds a place for so long; who is silent between messages for as long as a call may be.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_idle = TimeSpan.FromHours(1);

    private static readonly TimeSpan s_farewell = TimeSpan.FromSeconds(1);

    private readonly ISipReceiver _receiver;
    private readonly CancellationTokenSource _closing = new();
    private readonly Channel<byte[]> _waiting = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(WaitingMessages) { SingleReader = true });
    private int _isClosed;

    /// <param name="protocol">TCP or TLS.</param>
    /// <param name="remote">The peer's address.</param>
    /// <param name="receiver">Is told what comes.</param>
    public SipConnection(SipProtocol protocol, IPEndPoint remote, ISipReceiver receiver)
        : base(protocol, remote) => _receiver = receiver;

    /// <inheritdoc/>
    public override bool IsOpen => Volatile.Read(ref _isClosed) == 0;

    /// <inheritdoc/>
    public override bool TrySend(byte[] message) => IsOpen && _waiting.Writer.TryWrite(message);

    /// <summary>Opens the connection and carries messages until it ends. Does not throw.</summary>
    /// <param name="open">Connects, or secures what is connected.</param>
    public async Task RunAsync(Func<CancellationToken, Task<Stream>> open)
    {
        try
        {
            Stream stream;
            using (var patience = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token))
            {
                patience.CancelAfter(s_patience);
                stream = await open(patience.Token);
            }

            await using (stream)
            {
                Task writing = WriteAsync(stream);
                await ReadAsync(stream);
                Close();
                await writing;
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException or AuthenticationException or OperationCanceledException or FormatException or ObjectDisposedException)
        {
            // The peer is gone, or not to be trusted, or sends what is no message: all the same to who waits for an answer.
        }

        Close();
        _receiver.Lose(this);
        _closing.Dispose();
    }

    /// <summary>Ends the connection, once what waits to be sent is sent.</summary>
    public void Dispose()
    {
        _waiting.Writer.TryComplete();
        try
        {
            _closing.CancelAfter(s_farewell);
        }
        catch (ObjectDisposedException)
        {
            // It has ended by itself.
        }
    }

    private async Task ReadAsync(Stream stream)
    {
        var framing = new SipFraming();
        bool isKnown = false;
        while (true)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token);
            patience.CancelAfter(isKnown && !framing.IsWaiting ? s_idle : s_patience);
            int count = await stream.ReadAsync(framing.Reserve(), patience.Token);
            if (count == 0) return;
            framing.Commit(count);
            while (framing.TryTake(out ReadOnlySpan<byte> bytes))
            {
                isKnown = true;
                if (bytes.IsEmpty)
                {
                    TrySend(s_pong);
                    continue;
                }

                SipMessage? message = SipParser.Parse(bytes, isStream: true, out SipProblem? problem);
                if (message is not null) _receiver.Receive(message, problem, this);
            }
        }
    }

    private async Task WriteAsync(Stream stream)
    {
        try
        {
            await foreach (byte[] message in _waiting.Reader.ReadAllAsync(_closing.Token)) await stream.WriteAsync(message, _closing.Token);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // Nothing can be sent any more.
        }

        Close();
    }

    private void Close()
    {
        if (Interlocked.Exchange(ref _isClosed, 1) != 0) return;
        _waiting.Writer.TryComplete();
        _closing.Cancel();
    }
}
