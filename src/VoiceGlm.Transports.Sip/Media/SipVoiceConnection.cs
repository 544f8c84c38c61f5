using System.Threading.Channels;
using VoiceGlm.Audio;
using VoiceGlm.Rtc;

namespace VoiceGlm.Transports.Sip;

/// <summary>
/// A telephone call's sound for one session, both ways. While the other side holds the call nothing is sent, and speech waits; keys that are typed are told as text. Thread-safe.
/// </summary>
internal sealed class SipVoiceConnection : IVoiceConnection, IPhoneListener
{
    private const int MostCommands = 16;

    // Beside speech the line is not dead: a noise that is hardly heard, in decibels below full scale.
    private const byte NoiseLevel = 68;

    private static readonly TimeSpan s_outage = 10 * MediaClock.Interval;

    private readonly Lock _gate = new();
    private readonly CallMicrophone _microphone;
    private readonly CallSpeech _speech;
    private readonly SampleRate _speechRate;
    private readonly Channel<VoiceCommand> _commands = Channel.CreateBounded<VoiceCommand>(new BoundedChannelOptions(MostCommands) { FullMode = BoundedChannelFullMode.DropOldest });
    private readonly SipKeys _keys = new();
    private readonly SipPresses _presses = new();
    private readonly Action _hangUp;
    private PhoneSession? _session;
    private IAudioCodec _codec;
    private IAudioEncoder _encoder;
    private ComfortNoiseGenerator? _noise;
    private Resampler? _toCodec;
    private readonly float[] _spoken;
    private float[] _packet;
    private float[] _room = [];
    private byte[] _payload;
    private uint _packetTicks;
    private TaskCompletionSource? _changed;
    private uint _timestamp;
    private TimeSpan _spokenAt;
    private bool _hasPaused = true;
    private float _gain = 1;
    private float _wantedGain = 1;
    private int _reportedLoss = -1;
    private bool _isDown;
    private bool _isClosed;

    /// <param name="codec">What was agreed on.</param>
    /// <param name="playoutDelay">From sending a packet to its sound.</param>
    /// <param name="hangUp">Ends the call.</param>
    public SipVoiceConnection(IAudioCodec codec, TimeSpan playoutDelay, Action hangUp)
    {
        _hangUp = hangUp;
        _speechRate = codec.SampleRate;
        _microphone = new CallMicrophone(codec, MediaClock.Interval);
        _speech = new CallSpeech(_speechRate, playoutDelay + MediaClock.Interval);
        _spoken = new float[_speechRate.SamplesIn(MediaClock.Interval)];
        (_codec, _encoder, _packet, _payload) = (codec, null!, null!, null!);
        Use(codec);
    }

    /// <inheritdoc/>
    public ChannelReader<AudioFrame> Microphone => _microphone.Frames;

    /// <inheritdoc/>
    public ChannelReader<VoiceCommand> Commands => _commands.Reader;

    /// <summary>Whether keys are being pressed by this side.</summary>
    public bool IsPressing
    {
        get
        {
            lock (_gate) return _presses.IsBusy;
        }
    }

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
        lock (_gate) return _speech.HeardOf(turn, Now);
    }

    /// <inheritdoc/>
    public async ValueTask DrainAsync(TurnId turn, CancellationToken cancellationToken)
    {
        lock (_gate) _speech.Finish(turn);
        await WaitUntilAsync(() => _isClosed || _speech.IsFlushed(turn) || _speech.IsHeard(turn, Now), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<TimeSpan> FlushAsync(TurnId turn)
    {
        lock (_gate)
        {
            TimeSpan sent = _speech.Flush(turn);
            _wantedGain = 1;
            TellWaiting();
            return ValueTask.FromResult(sent);
        }
    }

    /// <summary>Softens the voice where the session wants it; there is nothing else that a telephone could show.</summary>
    public ValueTask SendAsync(VoiceEvent voiceEvent, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (voiceEvent is VoiceEvent.PlaybackDucked ducked) _wantedGain = Math.Clamp(ducked.Gain, 0, 1);
            else if (voiceEvent is VoiceEvent.ResponseCreated) _wantedGain = 1;
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public void OnAudio(in AudioPacket packet) => _microphone.Insert(
        packet.Ssrc, (ushort)packet.Sequence, packet.Timestamp, packet.Payload, packet.Arrival,
        packet.Kind == AudioPacketKind.ComfortNoise ? PacketContent.ComfortNoise : PacketContent.Sound);

    /// <inheritdoc/>
    public void OnTelephoneEvent(TelephoneEvent telephoneEvent)
    {
        // A press whose beginning was lost is known by its end.
        bool isKnown = telephoneEvent.IsEnd && _isDown;
        _isDown = !telephoneEvent.IsEnd;
        if (!isKnown && telephoneEvent.Key is { } key) Press(key);
    }

    /// <inheritdoc/>
    public void OnReport(ReceptionReport report) => Interlocked.Exchange(ref _reportedLoss, report.FractionLost);

    /// <summary>The other side pressed a key.</summary>
    public void Press(char key)
    {
        lock (_gate) Tell(_keys.Take(key, Now));
    }

    /// <summary>Presses keys of this side; they are sent as packets, instead of sound.</summary>
    public void Send(string keys)
    {
        lock (_gate) _presses.Add(keys);
    }

    /// <summary>Speaks and listens by a session from here on.</summary>
    public void Begin(PhoneSession session)
    {
        lock (_gate)
        {
            _session = session;
            _spokenAt = session.Now;
        }
    }

    /// <summary>Speaks and listens in another codec from here on, where it is another.</summary>
    public void Change(IAudioCodec codec)
    {
        lock (_gate)
        {
            if (_isClosed || codec.Name == _codec.Name) return;
            _encoder.Dispose();
            Use(codec);
        }

        _microphone.Change(codec);
    }

    /// <summary>Hears and speaks for one interval. What fails ends this call alone.</summary>
    public void Beat()
    {
        PhoneSession? session;
        lock (_gate)
        {
            TellWaiting();
            session = _session;
            if (session is null || _isClosed) return;
            Tell(_keys.TakeAfterPause(Now));
        }

        try
        {
            if (session.Agreement?.Receives == true) _microphone.Hear(session.Now);
            Speak(session);
            session.Tick();
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            _hangUp();
        }
    }

    /// <summary>The call is over: nothing is heard or said any more.</summary>
    public void Close()
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

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _hangUp();
        Close();
        return ValueTask.CompletedTask;
    }

    private TimeSpan Now => _session?.Now ?? TimeSpan.Zero;

    private void Use(IAudioCodec codec)
    {
        _codec = codec;
        _encoder = codec.CreateEncoder();
        _packet = new float[codec.SampleRate.SamplesIn(MediaClock.Interval)];
        _payload = new byte[_encoder.MaxPayloadBytes(_packet.Length)];
        _packetTicks = (uint)(codec.ClockRate * MediaClock.Interval.Milliseconds / 1000);
        _toCodec = codec.SampleRate == _speechRate ? null : new Resampler(_speechRate, codec.SampleRate, ResamplerFilter.Flat);
        // A packet's worth and what the filter may hold of it.
        _room = new float[_toCodec is null ? 0 : 2 * _packet.Length];
        // Opus leaves silence out by itself.
        _noise = codec.StaticPayloadType is null ? null : new ComfortNoiseGenerator(_speechRate);
        _noise?.TryDescribe([NoiseLevel]);
    }

    private void Speak(PhoneSession session)
    {
        lock (_gate)
        {
            if (_isClosed || session.Agreement?.Sends != true) return;
            TimeSpan now = session.Now;
            LeaveOut(now - _spokenAt);
            _spokenAt = now;
            _timestamp += _packetTicks;
            if (_presses.Beat(session, _timestamp)) return;
            int spoken = _speech.Take(_spoken, now);
            Soften(_spoken.AsSpan(0, spoken));
            _noise?.Generate(_spoken.AsSpan(spoken));
            if (Interlocked.Exchange(ref _reportedLoss, -1) is >= 0 and int loss) _encoder.ReportLoss(loss / 256.0);
            int length = _encoder.Encode(ForCodec(), _payload);
            if (length > 0) session.SendAudio(_payload.AsSpan(0, length), _timestamp, isMarked: _hasPaused);
            _hasPaused = length == 0;
        }
    }

    private ReadOnlySpan<float> ForCodec()
    {
        if (_toCodec is null) return _spoken;
        int count = Math.Min(_packet.Length, _toCodec.Process(_spoken, _room));
        _room.AsSpan(0, count).CopyTo(_packet);
        _packet.AsSpan(count).Clear();
        return _packet;
    }

    // A change of loudness takes one packet: a step would be a click.
    private void Soften(Span<float> samples)
    {
        if (_gain == 1 && _wantedGain == 1) return;
        float step = (_wantedGain - _gain) / Math.Max(1, samples.Length);
        for (int i = 0; i < samples.Length; i++) samples[i] *= _gain += step;
        _gain = _wantedGain;
    }

    // After an outage or a hold the other side is told of a pause; packets that seemed to be late by as much would cost it that much delay.
    private void LeaveOut(TimeSpan since)
    {
        if (since < s_outage) return;
        _timestamp += (uint)((long)(since / MediaClock.Interval) - 1) * _packetTicks;
        _hasPaused = true;
    }

    private void Tell(string? typed)
    {
        if (typed is not null) _commands.Writer.TryWrite(new VoiceCommand.SendText(typed));
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
