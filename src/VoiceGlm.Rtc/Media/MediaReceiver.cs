using System.Buffers.Binary;

namespace VoiceGlm.Rtc;

/// <summary>What a session receives: packets are decrypted where they lie, checked, counted and told to the listener. Thread-safe; allocates nothing per packet.</summary>
/// <param name="peer">The session.</param>
/// <param name="counters">Where drops are counted.</param>
internal sealed class MediaReceiver(PeerConnection peer, RtcCounters counters) : IDisposable
{
    /// <summary>Packets that are asked for again at once, at most.</summary>
    public const int MaximumNack = 16;

    private readonly Lock _gate = new();
    private readonly TransportArrivals _arrivals = new();
    private SrtpContext? _context;
    private AudioAnswer? _answer;
    private ReceptionStatistics? _statistics;
    private TelephoneEventReceiver _keys;

    /// <summary>Sets what was agreed on.</summary>
    public void Agree(AudioAnswer answer)
    {
        lock (_gate)
            _answer = answer;
    }

    /// <summary>Sets the key; from here on packets come through.</summary>
    public void Secure(SrtpContext context)
    {
        lock (_gate)
            _context = context;
    }

    /// <summary>Takes an RTP packet.</summary>
    /// <param name="packet">The packet, which is decrypted in place.</param>
    /// <param name="now">When it came.</param>
    /// <param name="listener">Is told of it.</param>
    /// <param name="lost">Room for <see cref="MaximumNack"/> numbers that this packet shows to be missing.</param>
    /// <returns>How many of them there are; 0 unless asking again was agreed on.</returns>
    public int Receive(Span<byte> packet, TimeSpan now, IPeerListener listener, Span<ushort> lost)
    {
        AudioAnswer answer;
        long sequence;
        RtpPacket rtp;
        int missing;
        bool isNews = false;
        TelephoneEvent key = default;
        lock (_gate)
        {
            if (_context is null)
            {
                counters.Drop(PacketDrop.TooEarly);
                return 0;
            }

            answer = _answer!;
            if (!Passed(_context.Unprotect(packet, out int length)) || !Parsed(packet[..length], out rtp)) return 0;
            sequence = Record(rtp, answer, now, out long highestBefore);
            missing = answer.Nack ? Missing(highestBefore, sequence, lost) : 0;
            if (rtp.PayloadType == answer.TelephoneEvent && TelephoneEvent.TryParse(rtp.Payload, out key)) isNews = _keys.IsNews(key, rtp.Timestamp);
        }

        if (rtp.PayloadType == answer.TelephoneEvent)
        {
            if (isNews) listener.OnTelephoneEvent(peer, key);
            return missing;
        }

        bool isNoise = rtp.PayloadType == answer.ComfortNoise;
        if ((!isNoise && rtp.PayloadType != answer.Audio.PayloadType) || !answer.Receives)
        {
            counters.Drop(PacketDrop.Unexpected);
            return missing;
        }

        AudioLevel? level = rtp.TryGetExtension(answer.Extensions.AudioLevel, out ReadOnlySpan<byte> value) && value.Length > 0 ? AudioLevel.From(value[0]) : null;
        AudioPacketKind kind = isNoise ? AudioPacketKind.ComfortNoise : AudioPacketKind.Audio;
        listener.OnAudio(peer, new AudioPacket(kind, rtp.Ssrc, sequence, rtp.Timestamp, rtp.Marker, level, now, rtp.Payload));
        return missing;
    }

    /// <summary>Takes a compound of RTCP packets.</summary>
    /// <param name="packet">The compound, which is decrypted in place.</param>
    /// <param name="now">When it came.</param>
    /// <param name="compound">What it says, where it is authentic.</param>
    public bool TryReceiveRtcp(Span<byte> packet, TimeSpan now, out ReadOnlySpan<byte> compound)
    {
        compound = default;
        lock (_gate)
        {
            if (_context is null)
            {
                counters.Drop(PacketDrop.TooEarly);
                return false;
            }

            if (!Passed(_context.UnprotectRtcp(packet, out int length))) return false;
            compound = packet[..length];
            ReadOnlySpan<byte> rest = compound;
            while (RtcpPacket.TryTake(ref rest, out RtcpPacket rtcp))
            {
                if (rtcp.Type != RtcpType.SenderReport) continue;
                SenderReport report = SenderReport.Read(rtcp.Body);
                if (report.Ssrc == _statistics?.Ssrc) _statistics.Record(report, now);
            }

            return true;
        }
    }

    /// <summary>What to tell the peer about its packets; null where none came.</summary>
    public ReceptionReport? Report(TimeSpan now)
    {
        lock (_gate)
            return _statistics?.Report(now);
    }

    /// <summary>Sends what is to be told about arrivals, if anything is.</summary>
    public void SendArrivals(MediaSender sender, NetworkPath path)
    {
        lock (_gate)
        {
            if (_arrivals.HasAny) sender.SendArrivals(path, _statistics!.Ssrc, _arrivals);
        }
    }

    /// <summary>Whose packets come, or 0.</summary>
    public uint Ssrc
    {
        get
        {
            lock (_gate)
                return _statistics?.Ssrc ?? 0;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _context?.Dispose();
            _context = null;
        }
    }

    private bool Passed(SrtpResult result)
    {
        if (result == SrtpResult.Ok) return true;
        counters.Drop(result switch
        {
            SrtpResult.Replayed => PacketDrop.Replayed,
            SrtpResult.NotAuthentic => PacketDrop.NotAuthentic,
            SrtpResult.TooManySources => PacketDrop.TooManySources,
            _ => PacketDrop.Malformed,
        });
        return false;
    }

    private bool Parsed(ReadOnlySpan<byte> packet, out RtpPacket rtp)
    {
        if (RtpPacket.TryParse(packet, out rtp)) return true;
        counters.Drop(PacketDrop.Malformed);
        return false;
    }

    // A new source begins a new count: its numbers and times have nothing to do with the old one's.
    private long Record(RtpPacket rtp, AudioAnswer answer, TimeSpan now, out long highestBefore)
    {
        if (_statistics?.Ssrc != rtp.Ssrc)
        {
            _statistics = new ReceptionStatistics(rtp.Ssrc, answer.Audio.Format.ClockRate);
            _keys = default;
        }

        highestBefore = _statistics.Highest;
        long sequence = _statistics.Record(rtp.SequenceNumber, rtp.Timestamp, now);
        if (answer.TransportFeedback && rtp.TryGetExtension(answer.Extensions.TransportSequence, out ReadOnlySpan<byte> number) && number.Length == 2)
            _arrivals.Record(BinaryPrimitives.ReadUInt16BigEndian(number), now);
        return sequence;
    }

    private static int Missing(long highestBefore, long sequence, Span<ushort> lost)
    {
        int count = 0;
        if (highestBefore < 0 || sequence - highestBefore > MaximumNack) return 0;
        for (long number = highestBefore + 1; number < sequence; number++)
            lost[count++] = (ushort)number;
        return count;
    }
}
