using System.Threading.Channels;
using VoiceGlm.Audio;
using VoiceGlm.Rtc;

namespace VoiceGlm.Transports.WebRtc;

/// <summary>
/// A call: the sound of one session, both ways, over a peer connection. While the network is away it waits: nothing is heard, and speech stays until
/// it can be sent.
/// </summary>
internal sealed class WebRtcVoiceConnection : IVoiceConnection, IPeerListener
{
    private const int OutageBeats = 10;

    private readonly Lock _gate = new();
    private readonly IAudioEncoder _encoder;
    private readonly CallMicrophone _microphone;
    private readonly CallSpeech _speech;
    private readonly Channel<VoiceCommand> _commands = Channel.CreateBounded<VoiceCommand>(1);
    private readonly RtcServer _server;
    private readonly float[] _packet;
    private readonly byte[] _payload;
    private readonly uint _packetTicks;
    private TaskCompletionSource? _changed;
    private PeerConnection? _peer;
    private uint _timestamp;
    private TimeSpan _spokenAt;
    private bool _hasPaused = true;
    private int _reportedLoss = -1;
    private bool _isClosed;

    /// <param name="server">Whose clock the packets arrive by.</param>
    /// <param name="codec">What was agreed on.</param>
    /// <param name="options">How it is played.</param>
    public WebRtcVoiceConnection(RtcServer server, IAudioCodec codec, WebRtcVoiceOptions options)
    {
        _server = server;
        _encoder = codec.CreateEncoder();
        _microphone = new CallMicrophone(codec, MediaClock.Interval);
        _speech = new CallSpeech(codec.SampleRate, options.PlayoutDelay + MediaClock.Interval);
        _packet = new float[codec.SampleRate.SamplesIn(MediaClock.Interval)];
        _payload = new byte[_encoder.MaxPayloadBytes(_packet.Length)];
        _packetTicks = (uint)(codec.ClockRate * MediaClock.Interval.Milliseconds / 1000);
    }

    /// <inheritdoc/>
    public ChannelReader<AudioFrame> Microphone => _microphone.Frames;

    /// <inheritdoc/>
    public ChannelReader<VoiceCommand> Commands => _commands.Reader;

    /// <inheritdoc/>
    public async ValueTask PlayAsync(TurnId turn, AudioFrame frame, CancellationToken cancellationToken)
    {
        await WaitUntilAsync(() => _isClosed || !_speech.IsFull || _speech.IsFlushed(turn), cancellationToken);
        lock (_gate)
        {
            if (!_isClosed) _speech.Add(turn, frame.Samples.Span, frame.SampleRate);
        }
    }

    /// <inheritdoc/>
    public TimeSpan PlayedOf(TurnId turn)
    {
        lock (_gate) return _speech.HeardOf(turn, _server.Now);
    }

    /// <inheritdoc/>
    public async ValueTask DrainAsync(TurnId turn, CancellationToken cancellationToken)
    {
        lock (_gate) _speech.Finish(turn);
        await WaitUntilAsync(() => _isClosed || _speech.IsFlushed(turn) || _speech.IsHeard(turn, _server.Now), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<TimeSpan> FlushAsync(TurnId turn)
    {
        TimeSpan sent;
        lock (_gate)
        {
            sent = _speech.Flush(turn);
            TellWaiting();
        }

        return ValueTask.FromResult(sent);
    }

    /// <summary>Does nothing: a call by itself has no way to tell events.</summary>
    public ValueTask SendAsync(VoiceEvent voiceEvent, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public void OnAudio(PeerConnection peer, in AudioPacket packet) => _microphone.Insert(
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
        lock (_gate) TellWaiting();
        if (_peer is not { State: PeerState.Connected } peer) return;
        try
        {
            _microphone.Hear(_server.Now);
            Speak(peer);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            peer.Close($"The sound failed: {exception.Message}");
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _peer?.Close("The conversation has ended.");
        Close();
        return ValueTask.CompletedTask;
    }

    private void Speak(PeerConnection peer)
    {
        lock (_gate)
        {
            if (_isClosed || !peer.Agreed.Sends) return;
            TimeSpan now = _server.Now;
            LeaveOut(now - _spokenAt);
            _spokenAt = now;
            _speech.Take(_packet, now);
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
        lock (_gate)
        {
            if (_isClosed) return;
            _isClosed = true;
            _encoder.Dispose();
            TellWaiting();
        }

        _microphone.Dispose();
        _commands.Writer.TryComplete();
    }

    private void TellWaiting()
    {
        _changed?.TrySetResult();
        _changed = null;
    }

    private async ValueTask WaitUntilAsync(Func<bool> isTrue, CancellationToken cancellationToken)
    {
        while (true)
        {
            TaskCompletionSource changed;
            lock (_gate)
            {
                if (isTrue()) return;
                changed = _changed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            await changed.Task.WaitAsync(cancellationToken);
        }
    }
}
