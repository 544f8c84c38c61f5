namespace VoiceGlm.Audio;

public sealed partial class JitterBuffer
{
    // Joins sound to sound that does not follow it.
    private static readonly TimeSpan s_join = TimeSpan.FromMilliseconds(5);

    // Less is not worth a cut; so late below the target, packets begin to be missed; so far above it, cuts may be heard.
    private static readonly TimeSpan s_worthCutting = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan s_tooEarly = TimeSpan.FromMilliseconds(2.5);
    private static readonly TimeSpan s_farTooLate = TimeSpan.FromMilliseconds(100);

    // Twice the longest period that can be left out.
    private static readonly TimeSpan s_stretched = TimeSpan.FromMilliseconds(40);

    private void Play(StoredPacket packet, ReadOnlySpan<byte> payload, TimeSpan time, bool mayStretch)
    {
        _store.Remove(packet.Sequence);
        _heard.Add(packet.Sequence);
        _nextSequence = packet.Sequence + 1;
        if (packet.Content == PacketContent.Event) return;
        _nextTimestamp = packet.Timestamp;
        if (packet.Content == PacketContent.ComfortNoise)
        {
            _hasNoise = _noise.TryDescribe(payload);
            return;
        }

        Delay = _delays.Lateness(packet.Timestamp, time);
        int left = _sound.Count;
        Decode(payload);
        _nextTimestamp += Ticks(_packetSamples);
        _losses.Hear(_decoder.HasPredecessor(payload));
        if (mayStretch) Stretch(Delay - TargetDelay, Duration(left), time);
    }

    private void Decode(ReadOnlySpan<byte> payload)
    {
        if (_hasJumped && !_hasWaited) _decoder.Conceal(_sound.Append(Samples(s_join)));
        _hasJumped = false;
        _hasNoise = false;
        _hasWaited = false;
        _packetSamples = _decoder.SamplesIn(payload);
        Span<float> sound = _sound.Append(_packetSamples);
        if (_decoder.Decode(payload, sound) == _packetSamples) return;
        _statistics.Malformed++;
        Conceal(sound);
    }

    // Packets are needed when a read comes. So what is left over from the last one can be cut out and no packet is needed sooner; a grain
    // more, and all are needed one read sooner. Put in, it is the same the other way round.
    private void Stretch(TimeSpan excess, TimeSpan left, TimeSpan time)
    {
        TimeSpan grain = Duration(Math.Min(_readSamples, _packetSamples));
        if (excess < -s_tooEarly)
        {
            _statistics.Lengthened += Duration(_sound.Lengthen(Samples(grain - left + s_worthCutting)));
            return;
        }

        // Where nothing follows, the packet was late itself, and there is nothing to be ahead of.
        TimeSpan surplus = left + (grain * Math.Floor(excess / grain));
        if (surplus < s_worthCutting || !_store.TryFind(_nextSequence, out StoredPacket packet, out ReadOnlySpan<byte> payload)) return;
        bool isNext = packet == new StoredPacket(_nextSequence, _nextTimestamp, PacketContent.Sound);
        if (isNext && _sound.Count < Samples(s_stretched)) Play(packet, payload, time, mayStretch: false);
        _statistics.Shortened += Duration(_sound.Shorten(Samples(surplus), inHaste: surplus > s_farTooLate));
    }

    private void Conceal(Span<float> sound)
    {
        _decoder.Conceal(sound);
        _statistics.Concealed += Duration(sound.Length);
        _source = (BufferedSound)Math.Max((int)_source, (int)BufferedSound.Concealment);
    }
}
