using System.Security.Cryptography;

namespace VoiceGlm.Rtc;

/// <summary>
/// One session with one peer: an offer came in, <see cref="Answer"/> goes out, and then packets of sound flow both ways, encrypted, over the path
/// that works. Made by <see cref="RtcServer.Accept"/>. Thread-safe.
/// </summary>
public sealed class PeerConnection : IAsyncDisposable
{
    private static readonly TimeSpan s_reportInterval = TimeSpan.FromSeconds(1);

    private readonly RtcServer _server;
    private readonly IPeerListener _listener;
    private readonly AudioFormat[] _formats;
    private readonly MediaSender _sender;
    private readonly MediaReceiver _receiver;
    private readonly IceLiteAgent _ice;
    private readonly HashSet<ulong> _ufrags = [];
    private readonly Lock _gate = new();
    private readonly string _sessionId = RandomNumberGenerator.GetInt32(1, int.MaxValue).ToString(System.Globalization.CultureInfo.InvariantCulture);
    private readonly string _name = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
    private readonly TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TimeSpan _since;
    private AudioAnswer _agreed;
    private ulong _version;
    private DtlsAssociation? _dtls;
    private volatile NetworkPath? _path;
    private volatile PeerState _state;
    private TimeSpan _reportedAt;

    internal PeerConnection(RtcServer server, AudioAnswer agreed, AudioFormat[] formats, IPeerListener listener)
    {
        _server = server;
        _listener = listener;
        _formats = formats;
        _agreed = agreed;
        _since = server.Router.Now;
        _sender = new MediaSender(_name, server.Time);
        _receiver = new MediaReceiver(this, server.Counters);
        _ice = new IceLiteAgent(agreed.Offer.IceUfrag);
        Answer = Describe();
    }

    /// <summary>The answer to the last offer.</summary>
    public string Answer { get; private set; }

    /// <summary>What was agreed on: format, key presses, direction.</summary>
    public AudioAnswer Agreed => _agreed;

    /// <summary>How far the session is.</summary>
    public PeerState State => _state;

    /// <summary>Completes when sound can flow; cancelled where the session ends before.</summary>
    public Task Connected => _connected.Task;

    /// <summary>Completes when the session is over, with a sentence that says why.</summary>
    public Task<string> Closed => _closed.Task;

    /// <summary>Sends a packet of sound, at once: pace is the caller's.</summary>
    /// <param name="payload">The coded sound, at most 1,100 bytes.</param>
    /// <param name="timestamp">Ticks of the format's clock since the caller began; the wire's begins elsewhere.</param>
    /// <param name="isMarked">Whether it is the first after a pause.</param>
    /// <param name="level">How loud it is, where the peer wants to know.</param>
    /// <returns>False where nothing may be sent now, or the network did not take it: sound is not repeated.</returns>
    /// <exception cref="ArgumentException">The payload is too large.</exception>
    public bool SendAudio(ReadOnlySpan<byte> payload, uint timestamp, bool isMarked = false, AudioLevel? level = null) =>
        Send(_agreed.Audio.PayloadType, payload, timestamp, isMarked, level);

    /// <summary>Sends one packet of a key press (RFC 4733); <see cref="TelephoneEventPresses"/> makes them.</summary>
    /// <param name="telephoneEvent">What it says.</param>
    /// <param name="timestamp">When the press began, on the clock of <see cref="SendAudio"/>: the same for all its packets.</param>
    /// <param name="isFirst">Whether it is the first of the press.</param>
    /// <returns>False where keys were not agreed on, nothing may be sent now, or the network did not take it.</returns>
    public bool SendTelephoneEvent(TelephoneEvent telephoneEvent, uint timestamp, bool isFirst)
    {
        if (_agreed.TelephoneEvent is not { } payloadType) return false;
        Span<byte> payload = stackalloc byte[TelephoneEvent.Length];
        telephoneEvent.Write(payload);
        return Send(payloadType, payload, timestamp, isFirst, null);
    }

    /// <summary>Answers another offer of the same session: hold and resume, another format, an ICE restart.</summary>
    /// <returns>The answer.</returns>
    /// <exception cref="SdpException">The offer cannot be met, or its certificate is another one; the session goes on as it was.</exception>
    /// <exception cref="InvalidOperationException">The session is over.</exception>
    public string Renegotiate(string offer)
    {
        AudioOffer read = AudioOffer.Parse(offer);
        AudioAnswer agreed = AudioAnswer.Agree(read, _formats);
        lock (_gate)
        {
            if (_state == PeerState.Closed) throw new InvalidOperationException("Expected a session that is not over.");
            if (!read.Fingerprints.Any(fingerprint => _agreed.Offer.Fingerprints.Any(fingerprint.IsSameAs)))
                throw new SdpException("Expected the certificate of the session, found the fingerprint of another: that is a new session.");
            _ice.TryRestart(read.IceUfrag);
            _agreed = agreed;
            return Answer = Describe();
        }
    }

    /// <summary>Ends the session: says goodbye, forgets keys, frees addresses. Does nothing the second time.</summary>
    /// <param name="reason">A sentence for <see cref="Closed"/>.</param>
    public void Close(string reason = "This side closed the session.")
    {
        lock (_gate)
        {
            if (_state == PeerState.Closed) return;
            if (_path is { } path) _sender.SendReport(path, _receiver.Report(_server.Router.Now), isBye: true);
            _dtls?.Close();
            _state = PeerState.Closed;
            _path = null;
            foreach (NetworkPath used in _ice.Paths)
                used.Release();
            foreach (ulong ufrag in _ufrags)
                _server.Router.Remove(ufrag);
        }

        _sender.Dispose();
        _receiver.Dispose();
        _server.Remove(this);
        _connected.TrySetCanceled();
        Tell(PeerState.Closed);
        _closed.TrySetResult(reason);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Close();
        return ValueTask.CompletedTask;
    }

    internal bool HandleCheck(in StunMessage request, NetworkPath path)
    {
        Span<byte> answer = stackalloc byte[IceLiteAgent.MaximumAnswer];
        IceCheck check;
        PeerConnection? before = null;
        bool isFirst = false, isBack = false;
        lock (_gate)
        {
            if (_state == PeerState.Closed)
            {
                _server.Counters.Drop(PacketDrop.UnknownUser);
                return false;
            }

            check = _ice.Check(request, path, _server.Router.Now, answer, out int length, out NetworkPath? evicted);
            if (check == IceCheck.Valid)
            {
                evicted?.Release();
                if (path.Peer != this) before = path.Peer;
                path.Peer = this;
                _path = _ice.Selected;
                if (_ice.LocalBefore is null && _ufrags.Count > 1) Register();
                isFirst = _state == PeerState.Waiting;
                isBack = _state == PeerState.Disconnected && path == _ice.Selected;
                if (isFirst) _state = PeerState.Securing;
                if (isBack) _state = PeerState.Connected;
            }

            // Whoever has the answer finds the session as it says.
            if (length > 0) Send(path, answer[..length]);
        }

        before?.Forget(path);
        if (isFirst || isBack) Tell(_state);
        if (check is IceCheck.NotAuthentic or IceCheck.Replayed)
            _server.Counters.Drop(check == IceCheck.Replayed ? PacketDrop.Replayed : PacketDrop.NotAuthentic);
        return check == IceCheck.Valid;
    }

    internal void HandleDtls(ReadOnlySpan<byte> datagram, NetworkPath path)
    {
        if (!DtlsRecord.AreWhole(datagram))
        {
            _server.Counters.Drop(PacketDrop.Malformed);
            return;
        }

        DtlsAssociation? dtls;
        lock (_gate)
        {
            if (_dtls is null && _state == PeerState.Securing && DtlsRecord.MayBegin(datagram)) _dtls = _server.TryBeginHandshake(this, _agreed.Offer.Fingerprints);
            dtls = _dtls;
        }

        if (dtls?.TryDeliver(datagram) != true) _server.Counters.Drop(dtls is null ? PacketDrop.TooEarly : PacketDrop.Overload);
    }

    internal void HandleMedia(Span<byte> packet, NetworkPath path)
    {
        TimeSpan now = _server.Router.Now;
        try
        {
            // RTCP's packet types are 192 to 223, which RTP leaves out (RFC 5761 §4).
            if (packet.Length > 1 && packet[1] is >= 192 and <= 223)
            {
                if (_receiver.TryReceiveRtcp(packet, now, out ReadOnlySpan<byte> compound)) HandleRtcp(compound, path);
                return;
            }

            Span<ushort> lost = stackalloc ushort[MediaReceiver.MaximumNack];
            int missing = _receiver.Receive(packet, now, _listener, lost);
            if (missing > 0) _sender.SendNack(path, _receiver.Ssrc, lost[..missing]);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            Close($"The listener failed: {exception.Message}");
        }
    }

    /// <summary>Sends a packet of the handshake.</summary>
    internal void SendDtls(ReadOnlySpan<byte> datagram)
    {
        if (_path is { } path) Send(path, datagram);
    }

    /// <summary>The handshake is complete: sound can flow.</summary>
    internal void Secure(SrtpMaster master)
    {
        lock (_gate)
        {
            if (_state != PeerState.Securing) return;
            _receiver.Secure(master.FromClient());
            _sender.Secure(master.FromServer());
            master.Clear();
            _state = PeerState.Connected;
        }

        Tell(PeerState.Connected);
        _connected.TrySetResult();
    }

    /// <summary>A path is gone, or another session's.</summary>
    internal void Forget(NetworkPath path)
    {
        lock (_gate)
        {
            _ice.Remove(path);
            _path = _ice.Selected;
        }
    }

    /// <summary>Does what time asks for: about ten times a second.</summary>
    internal void Tick(TimeSpan now, RtcOptions options)
    {
        string? end = null;
        bool isLost = false;
        lock (_gate)
        {
            switch (_state)
            {
                case PeerState.Waiting or PeerState.Securing when now - _since > options.ConnectTimeout:
                    end = $"Expected a connection within {options.ConnectTimeout.TotalSeconds:0} s of the answer, found none.";
                    break;
                case PeerState.Connected when now - _ice.ConsentAt > options.ConsentTimeout:
                    _state = PeerState.Disconnected;
                    isLost = true;
                    break;
                case PeerState.Disconnected when now - _ice.ConsentAt > options.ConsentTimeout + options.ResumeTimeout:
                    end = $"Expected the peer back within {options.ResumeTimeout.TotalSeconds:0} s.";
                    break;
            }
        }

        if (end is not null) Close(end);
        if (isLost) Tell(PeerState.Disconnected);
        if (_state != PeerState.Connected || _path is not { } path) return;
        _receiver.SendArrivals(_sender, path);
        if (now - _reportedAt < s_reportInterval) return;
        _reportedAt = now;
        _sender.SendReport(path, _receiver.Report(now), isBye: false);
    }

    private bool Send(byte payloadType, ReadOnlySpan<byte> payload, uint timestamp, bool isMarked, AudioLevel? level)
    {
        if (payload.Length > MediaSender.MaximumPayload)
            throw new ArgumentException($"Expected a payload of at most {MediaSender.MaximumPayload} bytes, found {payload.Length}.", nameof(payload));
        return _state == PeerState.Connected && _agreed.Sends && _path is { } path
            && _sender.TrySend(path, payloadType, payload, timestamp, isMarked, level);
    }

    private void HandleRtcp(ReadOnlySpan<byte> compound, NetworkPath path)
    {
        while (RtcpPacket.TryTake(ref compound, out RtcpPacket packet))
        {
            for (int i = 0; i < packet.ReportCount; i++)
            {
                ReceptionReport report = packet.Report(i);
                if (report.Ssrc == _sender.Ssrc) _listener.OnReport(this, report);
            }

            if (packet.IsByeOf(_receiver.Ssrc)) _listener.OnBye(this);
            if (packet is { Type: RtcpType.TransportFeedback, Count: RtcpPacket.NackFormat }) _sender.SendAgain(path, new NackedSequences(packet));
        }
    }

    private void Send(NetworkPath path, ReadOnlySpan<byte> packet)
    {
        if (!path.TrySend(packet)) _server.Counters.Drop(PacketDrop.NotSent);
    }

    private string Describe()
    {
        _sender.Agree(_agreed);
        _receiver.Agree(_agreed);
        Register();
        return _agreed.Describe(new LocalDescription
        {
            SessionId = _sessionId,
            Version = ++_version,
            Name = _name,
            Ssrc = _sender.Ssrc,
            IceUfrag = _ice.Local.Ufrag,
            IcePassword = _ice.Local.Password,
            Fingerprint = _server.Fingerprint,
            Candidates = _server.FindCandidates(),
        }).ToString();
    }

    // The fragments by which checks find this session: the one that was said last, and the one before until the new is used.
    private void Register()
    {
        foreach (ulong ufrag in _ufrags)
        {
            if (ufrag != _ice.Local.Key && ufrag != _ice.LocalBefore?.Key) _server.Router.Remove(ufrag);
        }

        _ufrags.Clear();
        foreach (IceCredentials? credentials in (ReadOnlySpan<IceCredentials?>)[_ice.Local, _ice.LocalBefore])
        {
            if (credentials is null) continue;
            _ufrags.Add(credentials.Key);
            _server.Router.Add(credentials.Key, this);
        }
    }

    private void Tell(PeerState state)
    {
        try
        {
            _listener.OnStateChanged(this, state);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            Close($"The listener failed: {exception.Message}");
        }
    }
}
