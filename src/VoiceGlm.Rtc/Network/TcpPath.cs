using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;

namespace VoiceGlm.Rtc;

/// <summary>A TCP connection that a peer opened (RFC 6544). What it cannot send at once waits, as far as that makes sense for sound.</summary>
internal sealed class TcpPath : NetworkPath, IDisposable
{
    // Half a second of sound and its heads; what waits longer than that is of no use to anybody.
    private const int MaximumWaiting = 16 * 1024;

    // A peer that takes nothing more does not learn that it is over.
    private static readonly TimeSpan s_lastWords = TimeSpan.FromSeconds(1);

    private readonly Socket _socket;
    private readonly RtcCounters _counters;
    private readonly CancellationTokenSource _givesUp = new();

    // The limit is counted here: a pipe's own would make the sender wait, and sound does not wait.
    private readonly Pipe _waiting = new(new PipeOptions(pauseWriterThreshold: 0, useSynchronizationContext: false));
    private int _waitingBytes;
    private bool _isReleased;

    public TcpPath(Socket socket, RtcCounters counters)
        : base(TransportAddress.From((IPEndPoint)socket.RemoteEndPoint!))
    {
        _socket = socket;
        _counters = counters;
        _ = SendWaitingAsync();
    }

    public override bool TrySend(ReadOnlySpan<byte> packet)
    {
        int length = StreamFraming.HeaderLength + packet.Length;
        lock (_waiting)
        {
            if (_isReleased || Volatile.Read(ref _waitingBytes) + length > MaximumWaiting) return false;
            Span<byte> place = _waiting.Writer.GetSpan(length);
            BinaryPrimitives.WriteUInt16BigEndian(place, (ushort)packet.Length);
            packet.CopyTo(place[StreamFraming.HeaderLength..]);
            _waiting.Writer.Advance(length);
            Interlocked.Add(ref _waitingBytes, length);
            _counters.Sent(packet.Length);
            ValueTask<FlushResult> flushed = _waiting.Writer.FlushAsync();
            return flushed.IsCompletedSuccessfully && !flushed.Result.IsCompleted;
        }
    }

    public override void Release() => Dispose();

    public void Dispose()
    {
        lock (_waiting)
        {
            if (_isReleased) return;
            _isReleased = true;
            _waiting.Writer.Complete();
        }

        _givesUp.CancelAfter(s_lastWords);
    }

    private async Task SendWaitingAsync()
    {
        try
        {
            bool isCompleted;
            do
            {
                ReadResult read = await _waiting.Reader.ReadAsync();
                foreach (ReadOnlyMemory<byte> piece in read.Buffer)
                {
                    for (ReadOnlyMemory<byte> rest = piece; rest.Length > 0;)
                        rest = rest[await _socket.SendAsync(rest, SocketFlags.None, _givesUp.Token)..];
                }

                Interlocked.Add(ref _waitingBytes, -(int)read.Buffer.Length);
                isCompleted = read.IsCompleted;
                _waiting.Reader.AdvanceTo(read.Buffer.End);
            }
            while (!isCompleted);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The connection is gone, which its reader learns too.
        }
        finally
        {
            Dispose();
            await _waiting.Reader.CompleteAsync();
            _socket.Dispose();
        }
    }
}
