using System.Net.Sockets;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto.Impl.BC;

namespace VoiceGlm.Rtc;

/// <summary>One DTLS association, this side the server. The handshake runs on a thread of its own, as BouncyCastle's blocks; after it, none waits. Thread-safe.</summary>
internal sealed class DtlsAssociation
{
    private static readonly BcTlsCrypto s_crypto = new();

    private readonly DtlsDatagrams _datagrams;
    private readonly DtlsHandshake _handshake;
    private readonly Action<SrtpMaster> _completed;
    private readonly Action<string> _ended;
    private readonly Lock _gate = new();
    private DtlsTransport? _transport;
    private bool _isPolling;

    /// <param name="identity">Who this side is.</param>
    /// <param name="settings">What is allowed.</param>
    /// <param name="send">Sends a datagram to the peer.</param>
    /// <param name="completed">Gets the keys, once.</param>
    /// <param name="ended">Is told why it ended, once, whoever ended it.</param>
    public DtlsAssociation(DtlsIdentity identity, DtlsSettings settings, Action<ReadOnlySpan<byte>> send, Action<SrtpMaster> completed, Action<string> ended)
    {
        _datagrams = new DtlsDatagrams(send);
        _handshake = new DtlsHandshake(s_crypto, identity, settings);
        _completed = completed;
        _ended = ended;
    }

    /// <summary>Begins to wait for the client's first message.</summary>
    /// <returns>Ends with the handshake, and never fails.</returns>
    public Task RunAsync() => Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Takes a datagram of whole records.</summary>
    /// <returns>False where too many wait.</returns>
    public bool TryDeliver(ReadOnlySpan<byte> datagram)
    {
        if (!_datagrams.TryDeliver(datagram)) return false;
        lock (_gate)
        {
            if (_transport is null || _isPolling) return true;
            _isPolling = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(static association => association.Poll(), this, preferLocal: false);
        return true;
    }

    /// <summary>Says goodbye and ends the association.</summary>
    public void Close()
    {
        DtlsTransport? transport;
        lock (_gate)
            transport = _transport;
        transport?.Close();
        _datagrams.Close();
    }

    private void Run()
    {
        try
        {
            DtlsTransport transport = new DtlsServerProtocol().Accept(_handshake, _datagrams);
            _completed(_handshake.Master!);
            lock (_gate)
            {
                _transport = transport;
                _isPolling = true;
            }

            Poll();
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException)
        {
            _datagrams.Close();
            _ended(_handshake.Refusal ?? $"The DTLS handshake failed: {exception.Message}");
        }
    }

    // After the handshake come a repeated last flight, which is answered, and alerts.
    private void Poll()
    {
        var buffer = new byte[_datagrams.GetReceiveLimit()];
        string reason = "The peer closed the DTLS association.";
        try
        {
            while (!_datagrams.IsClosed)
            {
                lock (_gate)
                {
                    if (_datagrams.IsEmpty)
                    {
                        _isPolling = false;
                        return;
                    }
                }

                _transport!.Receive(buffer, 0, buffer.Length, 1);
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException)
        {
            // A goodbye closes the datagrams under the call that reads it.
            if (!_datagrams.IsClosed) reason = $"The DTLS association ended: {exception.Message}";
            _datagrams.Close();
        }

        _ended(reason);
    }
}
