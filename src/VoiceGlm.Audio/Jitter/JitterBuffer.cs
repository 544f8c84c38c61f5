namespace VoiceGlm.Audio;

/// <summary>
/// Turns packets that arrive anyhow into sound that goes on: holds them back just long enough for nearly all to come, puts them in order,
/// covers for those that are missing, and follows a sender whose clock is not ours. Knows nothing of the network. Allocates nothing per
/// packet once its memory has grown to the packets' and reads' size. Not thread-safe: whoever inserts and reads on two threads holds a lock.
/// </summary>
public sealed partial class JitterBuffer : IDisposable
{
    /// <summary>The longest sound that is read at once: 60 ms.</summary>
    public static readonly TimeSpan LongestRead = TimeSpan.FromMilliseconds(60);

    // RFC 6716 allows 120 ms; no codec here has longer packets.
    private static readonly TimeSpan s_longestPacket = TimeSpan.FromMilliseconds(120);

    // A packet of UDP that crosses the internet whole.
    private const int LargestPayload = 1500;

    // Beyond these it is another stream (RFC 3550 A.1 restarts at 3,000 numbers; a timestamp that is wrong by ten seconds is no jitter either).
    private const long FarNumber = 3_000;
    private static readonly TimeSpan s_farTime = TimeSpan.FromSeconds(10);

    private readonly IAudioCodec _codec;
    private readonly IAudioDecoder _decoder;
    private readonly JitterBufferOptions _options;
    private readonly ArrivalDelays _delays;
    private readonly PacketStore _store = new();
    private readonly DecodedSound _sound;
    private readonly ComfortNoiseGenerator _noise;
    private Unwrapper _sequences = new(16);
    private Unwrapper _timestamps = new(32);
    private long _newestSequence;
    private long _newestTimestamp;
    private ushort? _expectedOfAnother;
    private JitterBufferStatistics _statistics;

    /// <summary>Makes a buffer for one stream.</summary>
    /// <param name="codec">What the packets are written in.</param>
    /// <param name="options">Delays, or <see langword="null"/> for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public JitterBuffer(IAudioCodec codec, JitterBufferOptions? options = null)
    {
        _options = options ?? new JitterBufferOptions();
        _options.Validate();
        _codec = codec;
        _decoder = codec.CreateDecoder();
        _delays = new ArrivalDelays(codec.ClockRate, _options);
        _sound = new DecodedSound(codec.SampleRate);
        _noise = new ComfortNoiseGenerator(codec.SampleRate);
        ResetPlayout();
    }

    /// <summary>What was counted so far.</summary>
    public JitterBufferStatistics Statistics => _statistics;

    /// <summary>Takes a packet as it arrives.</summary>
    /// <param name="sequenceNumber">The RTP sequence number.</param>
    /// <param name="timestamp">The RTP timestamp.</param>
    /// <param name="payload">The payload, which is copied.</param>
    /// <param name="arrival">When it arrived, on the monotonic clock that <see cref="Read"/> is told the time of.</param>
    /// <param name="content">What it holds.</param>
    /// <returns>Whether it will be heard, if nothing changes; a duplicate or a late packet will not.</returns>
    public bool Insert(ushort sequenceNumber, uint timestamp, ReadOnlySpan<byte> payload, TimeSpan arrival, PacketContent content = PacketContent.Sound)
    {
        _statistics.Received++;
        if (!IsReadable(payload, content))
        {
            _statistics.Malformed++;
            return false;
        }

        if (IsOfAnotherStream(sequenceNumber, timestamp, arrival, content))
        {
            // One such packet may be a stray; two in a row are another stream.
            bool confirmed = _expectedOfAnother == sequenceNumber;
            _expectedOfAnother = (ushort)(sequenceNumber + 1);
            if (!confirmed) return false;
            BeginAnother();
        }

        _expectedOfAnother = null;

        // What a key said before there was any sound has nothing to stand between.
        if (content == PacketContent.Event && _delays.IsEmpty) return false;
        var packet = new StoredPacket(_sequences.Unwrap(sequenceNumber), _timestamps.Unwrap(timestamp), content);
        if (IsDuplicate(packet.Sequence))
        {
            _statistics.Duplicates++;
            return false;
        }

        Observe(packet, arrival);
        if (packet.Sequence < _nextSequence)
        {
            _statistics.Late++;
            return false;
        }

        MakeRoom(packet.Sequence);
        _store.Add(packet, payload);
        return true;
    }

    /// <summary>Forgets the stream and the network; the counts stay.</summary>
    public void Reset()
    {
        _delays.Reset();
        _store.Clear();
        _sequences.Reset();
        _timestamps.Reset();
        _expectedOfAnother = null;
        _sound.Clear();
        _decoder.Reset();
        _noise.Reset();
        ResetPlayout();
    }

    /// <inheritdoc/>
    public void Dispose() => _decoder.Dispose();

    private bool IsReadable(ReadOnlySpan<byte> payload, PacketContent content)
    {
        if (payload.Length > LargestPayload) return false;
        return content switch
        {
            PacketContent.Sound => _decoder.SamplesIn(payload) is > 0 and int samples && samples <= _codec.SampleRate.SamplesIn(s_longestPacket),
            PacketContent.ComfortNoise => !payload.IsEmpty,
            _ => true,
        };
    }

    private bool IsOfAnotherStream(ushort sequenceNumber, uint timestamp, TimeSpan arrival, PacketContent content)
    {
        if (_delays.IsEmpty) return false;
        if (Math.Abs(_sequences.Unwrap(sequenceNumber) - _newestSequence) > FarNumber) return true;

        // A key that is held for long has the time at which it went down.
        return content != PacketContent.Event && _delays.Lateness(_timestamps.Unwrap(timestamp), arrival).Duration() > s_farTime;
    }

    private void BeginAnother()
    {
        _statistics.Restarts++;
        Reset();
    }

    private bool IsDuplicate(long sequence) => _store.Contains(sequence) || (_isPlaying && _heard.Contains(sequence));

    // Late packets tell most of the network. Events do not: all packets of one have the time at which it began.
    private void Observe(StoredPacket packet, TimeSpan arrival)
    {
        if (_delays.IsEmpty)
        {
            _nextSequence = packet.Sequence;
            _newestSequence = packet.Sequence;
            _newestTimestamp = packet.Timestamp;
        }

        _newestSequence = Math.Max(_newestSequence, packet.Sequence);
        _newestTimestamp = Math.Max(_newestTimestamp, packet.Timestamp);

        // Before the first read the first packet need not be the first that came.
        if (!_isPlaying && packet.Sequence > _newestSequence - PacketStore.Capacity) _nextSequence = Math.Min(_nextSequence, packet.Sequence);
        _sequences.Advance(packet.Sequence);
        if (packet.Content == PacketContent.Event) return;
        _timestamps.Advance(packet.Timestamp);
        _delays.Observe(packet.Timestamp, arrival);
    }

    // The numbers of the store are less than its capacity apart: the oldest give way.
    private void MakeRoom(long sequence)
    {
        long first = sequence - PacketStore.Capacity + 1;
        long end = Math.Min(first, _nextSequence + PacketStore.Capacity);
        for (long number = _nextSequence; number < end; number++)
        {
            if (!_store.Contains(number)) continue;
            _store.Remove(number);
            _statistics.Discarded++;
        }

        _nextSequence = Math.Max(_nextSequence, first);
    }
}
