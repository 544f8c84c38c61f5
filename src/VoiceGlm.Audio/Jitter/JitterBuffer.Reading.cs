namespace VoiceGlm.Audio;

public sealed partial class JitterBuffer
{
    // What is waited for is covered in pieces, so that a packet that is a little late costs little.
    private static readonly TimeSpan s_piece = TimeSpan.FromMilliseconds(10);

    // Until so many packets have come, the delay is at least the initial one.
    private const int FewPackets = 50;

    private HeardPackets _heard;
    private bool _isPlaying;
    private bool _hasWaited;
    private bool _hasNoise;
    private bool _hasJumped;
    private long _nextSequence;
    private long _nextTimestamp;
    private int _packetSamples;
    private int _readSamples;
    private LossMeter _losses;
    private BufferedSound _source;

    /// <summary>How long after the fastest packet sound is to be heard: what the jitter lately asks for.</summary>
    public TimeSpan TargetDelay
    {
        get
        {
            TimeSpan delay = _delays.Covering;
            if (_delays.Count < FewPackets && delay < _options.InitialDelay) delay = _options.InitialDelay;

            // A read needs all of its packets at its beginning, and a lost packet the one after it.
            TimeSpan packet = Duration(_packetSamples);
            TimeSpan read = Duration(_readSamples);
            if (read > packet) delay += read - packet;
            if (_losses.IsRecoveryWorthWaiting) delay += packet;
            return TimeSpan.FromTicks(Math.Clamp(delay.Ticks, _options.MinimumDelay.Ticks, _options.MaximumDelay.Ticks));
        }
    }

    /// <summary>How long after the fastest packet the last packet was heard.</summary>
    public TimeSpan Delay { get; private set; }

    /// <summary>Gives the next sound.</summary>
    /// <param name="now">The time, on the clock of the arrivals; one read follows the other by as much as it gives.</param>
    /// <param name="output">Mono in [-1, 1] at the codec's rate, written whole: up to <see cref="LongestRead"/>, usually 20 ms.</param>
    /// <returns>Where it came from.</returns>
    /// <exception cref="ArgumentException"><paramref name="output"/> is longer than <see cref="LongestRead"/>.</exception>
    public BufferedSound Read(TimeSpan now, Span<float> output)
    {
        if (output.Length > Samples(LongestRead))
            throw new ArgumentException($"Up to {Samples(LongestRead)} samples can be read at once, not {output.Length}.", nameof(output));
        _readSamples = output.Length;
        _source = BufferedSound.Packets;
        int waiting = _sound.Count;
        for (bool isFirst = true; _sound.Count < output.Length; isFirst = false) GoOn(now + Duration(_sound.Count - waiting), isFirst);
        _sound.Take(output);
        return _source;
    }

    // Takes one packet out of the store, or covers for one. The time is when its sound is to begin.
    private void GoOn(TimeSpan time, bool mayStretch)
    {
        LeaveOutStale(time);
        if (!_store.TryFind(_nextSequence, out StoredPacket packet, out ReadOnlySpan<byte> payload))
        {
            Wait();
            return;
        }

        TimeSpan target = TargetDelay;
        bool isDue = _delays.Lateness(packet.Timestamp, time) >= target - (s_piece / 2);
        if (!_isPlaying)
        {
            if (isDue) Begin(packet);
            else Wait();
            return;
        }

        // A sender that is silent counts its time on and not its packets.
        long gap = packet.Sequence - _nextSequence;
        long packetTicks = Ticks(_packetSamples);
        bool isAfterPause = packet.Timestamp - _nextTimestamp > (gap * packetTicks) + (packetTicks / 2);
        if (packet.Content == PacketContent.Event || (isAfterPause && isDue) || (gap == 0 && !isAfterPause))
        {
            CountLost(gap);
            Play(packet, payload, time, mayStretch);
        }
        else if (isAfterPause)
        {
            Wait();
        }
        else
        {
            CoverGap(gap, payload, _delays.Lateness(_nextTimestamp, time) - target);
        }
    }

    private void Begin(StoredPacket packet)
    {
        _isPlaying = true;
        _nextSequence = packet.Sequence;
        _nextTimestamp = packet.Timestamp;
    }

    private void CoverGap(long gap, ReadOnlySpan<byte> payload, TimeSpan excess)
    {
        TimeSpan packet = Duration(_packetSamples);
        bool canRecover = gap == 1 && _decoder.HasPredecessor(payload);
        if (excess < -packet / 2 && !canRecover)
        {
            // It is early: what is missing may only be late.
            Wait();
            return;
        }

        // What has been waited for has been covered: so much of the gap is over.
        long over = !_hasWaited ? 0 : Math.Clamp((long)Math.Round(excess / packet), 0, gap);
        if (over == 0)
        {
            over = 1;
            Span<float> sound = _sound.Append(_packetSamples);
            if (canRecover && _decoder.TryRecover(payload, sound)) _statistics.Recovered++;
            else Conceal(sound);
        }

        CountLost(over);
        _nextSequence += over;
        _nextTimestamp += over * Ticks(_packetSamples);
    }

    // Beyond the largest delay sound is left out until the delay is right, but never the newest: a network that has become slower is not stale.
    private void LeaveOutStale(TimeSpan time)
    {
        if (!_isPlaying || !_store.TryFind(_nextSequence, out StoredPacket packet, out _)) return;
        if (packet.Content == PacketContent.Event || _delays.Lateness(packet.Timestamp, time) <= _options.MaximumDelay) return;
        TimeSpan target = TargetDelay;
        long kept = (long)(target.TotalSeconds * _codec.ClockRate);
        while (_delays.Lateness(packet.Timestamp, time) > target && _newestTimestamp - packet.Timestamp > kept)
        {
            _store.Remove(packet.Sequence);
            _statistics.Discarded++;
            _hasJumped = true;
            _nextSequence = packet.Sequence + 1;
            _nextTimestamp = packet.Timestamp + Ticks(_packetSamples);
            if (!_store.TryFind(_nextSequence, out packet, out _)) return;
        }
    }

    private void Wait()
    {
        Span<float> sound = _sound.Append(Samples(s_piece));
        if (!_isPlaying)
        {
            sound.Clear();
            _source = BufferedSound.Nothing;
            return;
        }

        _hasWaited = true;
        if (_hasNoise)
        {
            _noise.Generate(sound);
            _source = (BufferedSound)Math.Max((int)_source, (int)BufferedSound.ComfortNoise);
        }
        else
        {
            Conceal(sound);
        }
    }

    private void CountLost(long packets)
    {
        _statistics.Lost += packets;
        _losses.Lose(packets);
    }

    private void ResetPlayout()
    {
        _heard = default;
        _isPlaying = false;
        _hasNoise = false;
        _hasJumped = false;
        _packetSamples = Samples(TimeSpan.FromMilliseconds(20));
        _hasWaited = false;
        _losses = default;
        Delay = TimeSpan.Zero;
    }

    private TimeSpan Duration(int samples) => _codec.SampleRate.DurationOf(samples);

    private int Samples(TimeSpan duration) => _codec.SampleRate.SamplesIn(duration);

    private long Ticks(int samples) => (long)samples * _codec.ClockRate / _codec.SampleRate.Hertz;
}
