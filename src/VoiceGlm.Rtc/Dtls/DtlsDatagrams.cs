using Org.BouncyCastle.Tls;

namespace VoiceGlm.Rtc;

/// <summary>The datagrams of one handshake, between the network's thread, which delivers them, and the handshake's, which waits for them. Thread-safe.</summary>
/// <param name="send">Sends a datagram to the peer.</param>
internal sealed class DtlsDatagrams(Action<ReadOnlySpan<byte>> send) : DatagramTransport
{
    // A flight is a handful of datagrams; more than that at once is a flood.
    private const int Capacity = 32;

    // Below what any path carries whole, IPv6 and a TURN relay's head included.
    private const int SendLimit = 1200;
    private const int ReceiveLimit = 2048;

    private readonly Queue<byte[]> _queue = new();
    private bool _closed;

    /// <summary>Whether either side has ended the association.</summary>
    public bool IsClosed
    {
        get
        {
            lock (_queue)
                return _closed;
        }
    }

    /// <summary>Whether there is nothing to read.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_queue)
                return _queue.Count == 0;
        }
    }

    /// <summary>Keeps a datagram until it is read.</summary>
    /// <returns>False where too many wait; the sender will send it again.</returns>
    public bool TryDeliver(ReadOnlySpan<byte> datagram)
    {
        if (datagram.Length > ReceiveLimit) return false;
        lock (_queue)
        {
            if (_closed || _queue.Count == Capacity) return false;
            _queue.Enqueue(datagram.ToArray());
            Monitor.Pulse(_queue);
            return true;
        }
    }

    /// <inheritdoc/>
    public int GetReceiveLimit() => ReceiveLimit;

    /// <inheritdoc/>
    public int GetSendLimit() => SendLimit;

    /// <inheritdoc/>
    public int Receive(byte[] buf, int off, int len, int waitMillis) => Receive(buf.AsSpan(off, len), waitMillis);

    /// <inheritdoc/>
    public int Receive(Span<byte> buffer, int waitMillis)
    {
        lock (_queue)
        {
            // Woken for nothing counts as a timeout: the handshake asks again.
            if (_queue.Count == 0 && !_closed) Monitor.Wait(_queue, waitMillis == 0 ? Timeout.Infinite : waitMillis);
            if (_closed) throw new TlsFatalAlert(AlertDescription.user_canceled);
            if (!_queue.TryDequeue(out byte[]? datagram) || datagram.Length > buffer.Length) return -1;
            datagram.CopyTo(buffer);
            return datagram.Length;
        }
    }

    /// <inheritdoc/>
    public void Send(byte[] buf, int off, int len) => send(buf.AsSpan(off, len));

    /// <inheritdoc/>
    public void Send(ReadOnlySpan<byte> buffer) => send(buffer);

    /// <inheritdoc/>
    public void Close()
    {
        lock (_queue)
        {
            _closed = true;
            _queue.Clear();
            Monitor.PulseAll(_queue);
        }
    }
}
