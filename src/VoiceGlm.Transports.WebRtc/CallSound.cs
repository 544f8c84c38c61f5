using VoiceGlm.Audio;
using VoiceGlm.Rtc;

namespace VoiceGlm.Transports.WebRtc;

/// <summary>
/// The sound of a call, both ways: packets come in and are heard, speech goes out as packets, each time it is told to. While the network is away it
/// waits: nothing is heard, and speech stays until it can be sent. Thread-safe.
/// </summary>
internal abstract class CallSound : IPeerListener
{
    private const int OutageBeats = 10;

    private readonly IAudioEncoder _encoder;
    private readonly RtcServer _server;
    private readonly float[] _packet;
    private readonly byte[] _payload;
    private readonly uint _packetTicks;
    private PeerConnection? _peer;
    private uint _timestamp;
    private TimeSpan _spokenAt;
    private bool _hasPaused = true;
    private int _reportedLoss = -1;

    /// <param name="server">Whose clock the packets arrive by.</param>
    /// <param name="codec">What was agreed on.</param>
    /// <param name="options">How it is played.</param>
    protected CallSound(RtcServer server, IAudioCodec codec, WebRtcVoiceOptions options)
    {
        _server = server;
        _encoder = codec.CreateEncoder();
        Heard = new CallMicrophone(codec, MediaClock.Interval);
        Speech = new CallSpeech(codec.SampleRate, options.PlayoutDelay + MediaClock.Interval);
        _packet = new float[codec.SampleRate.SamplesIn(MediaClock.Interval)];
        _payload = new byte[_encoder.MaxPayloadBytes(_packet.Length)];
        _packetTicks = (uint)(codec.ClockRate * MediaClock.Interval.Milliseconds / 1000);
    }

    /// <summary>The time, on the clock of the packets.</summary>
    protected TimeSpan Now => _server.Now;

    /// <summary>Guards <see cref="Speech"/> and <see cref="IsClosed"/>.</summary>
    protected Lock Gate { get; } = new();

    /// <summary>What comes in.</summary>
    protected CallMicrophone Heard { get; }

    /// <summary>What goes out.</summary>
    protected CallSpeech Speech { get; }

    /// <summary>Samples of a packet.</summary>
    protected int PacketSamples => _packet.Length;

    /// <summary>Whether the call is over.</summary>
    protected bool IsClosed { get; private set; }

    /// <summary>The far side, from <see cref="Begin"/> on.</summary>
    protected PeerConnection? Peer => _peer;

    /// <inheritdoc/>
    public void OnAudio(PeerConnection peer, in AudioPacket packet) => Heard.Insert(
        packet.Ssrc, (ushort)packet.Sequence, packet.Timestamp, packet.Payload, packet.Arrival,
        packet.Kind == AudioPacketKind.ComfortNoise ? PacketContent.ComfortNoise : PacketContent.Sound);

    /// <inheritdoc/>
    public void OnReport(PeerConnection peer, ReceptionReport report) => Interlocked.Exchange(ref _reportedLoss, report.FractionLost);

    /// <inheritdoc/>
    public void OnStateChanged(PeerConnection peer, PeerState state)
    {
        if (state == PeerState.Closed) Close();
    }

    /// <summary>The call begins over a peer.</summary>
    public void Begin(PeerConnection peer) => _peer = peer;

    /// <summary>Hears and speaks for one interval, where the network is there. What fails ends this call alone.</summary>
    public void Beat()
    {
        OnBeat();
        if (_peer is not { State: PeerState.Connected } peer) return;
        try
        {
            Heard.Hear(_server.Now);
            if (peer.Agreed.Sends) BeforeSpeaking();
            Speak(peer);
            AfterBeat();
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            peer.Close($"The sound failed: {exception.Message}");
        }
    }

    /// <summary>Ends the call.</summary>
    /// <param name="reason">A sentence that says why.</param>
    public void End(string reason)
    {
        _peer?.Close(reason);
        Close();
    }

    /// <summary>An interval begins, whether the network is there or not.</summary>
    protected virtual void OnBeat()
    {
    }

    /// <summary>A packet is about to be made of <see cref="Speech"/>.</summary>
    protected virtual void BeforeSpeaking()
    {
    }

    /// <summary>An interval was heard and spoken.</summary>
    protected virtual void AfterBeat()
    {
    }

    /// <summary>The call is over. Called once, with <see cref="Gate"/> held.</summary>
    protected virtual void OnClosed()
    {
    }

    private void Speak(PeerConnection peer)
    {
        lock (Gate)
        {
            if (IsClosed || !peer.Agreed.Sends) return;
            TimeSpan now = _server.Now;
            LeaveOut(now - _spokenAt);
            _spokenAt = now;
            Speech.Take(_packet, now);
            if (Interlocked.Exchange(ref _reportedLoss, -1) is >= 0 and int loss) _encoder.ReportLoss(loss / 256.0);
            int length = _encoder.Encode(_packet, _payload);
            if (length > 0) peer.SendAudio(_payload.AsSpan(0, length), _timestamp, isMarked: _hasPaused);
            _hasPaused = length == 0;
            _timestamp += _packetTicks;
        }
    }

    // After an outage the peer is told of a pause; packets that seemed to be late by as much would cost it that much delay.
    private void LeaveOut(TimeSpan since)
    {
        long beats = (long)(since / MediaClock.Interval);
        if (beats < OutageBeats) return;
        _timestamp += (uint)(beats - 1) * _packetTicks;
        _hasPaused = true;
    }

    private void Close()
    {
        lock (Gate)
        {
            if (IsClosed) return;
            IsClosed = true;
            _encoder.Dispose();
            OnClosed();
        }

        Heard.Dispose();
    }
}
