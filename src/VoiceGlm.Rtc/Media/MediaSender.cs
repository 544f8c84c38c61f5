using System.Security.Cryptography;
using System.Text;

namespace VoiceGlm.Rtc;

/// <summary>What a session sends: RTP packets of one source, and reports about both directions. Thread-safe; allocates nothing per packet.</summary>
/// <param name="name">The source's lasting name.</param>
/// <param name="time">The clock that reports tell.</param>
internal sealed class MediaSender(string name, TimeProvider time) : IDisposable
{
    /// <summary>Bytes of the largest payload: with all heads it passes any path whole.</summary>
    public const int MaximumPayload = 1100;

    private readonly Lock _gate = new();
    private readonly byte[] _buffer = new byte[1500];
    private readonly byte[] _name = Encoding.ASCII.GetBytes(name);
    private readonly uint _timestampOffset = BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(sizeof(uint)));
    private SrtpContext? _context;
    private AudioAnswer? _answer;
    private SentPackets? _sent;

    // The first half of the numbers, so that the first rollover is far from the first packet (RFC 3711 §3.3.1).
    private ushort _sequence = (ushort)RandomNumberGenerator.GetInt32(1 << 15);
    private ushort _transportSequence;
    private uint _packetCount;
    private uint _octetCount;
    private uint _lastTimestamp;
    private long _lastSentAt;

    public uint Ssrc { get; } = BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(sizeof(uint)));

    /// <summary>Sets what was agreed on.</summary>
    public void Agree(AudioAnswer answer)
    {
        lock (_gate)
        {
            _answer = answer;
            if (answer.Nack) _sent ??= new SentPackets();
        }
    }

    /// <summary>Sets the key; from here on packets leave.</summary>
    public void Secure(SrtpContext context)
    {
        lock (_gate)
            _context = context;
    }

    /// <summary>Sends a packet of sound or of a key.</summary>
    /// <returns>False where there is no key yet, or the network did not take it.</returns>
    public bool TrySend(NetworkPath path, byte payloadType, ReadOnlySpan<byte> payload, uint timestamp, bool isMarked, AudioLevel? level)
    {
        lock (_gate)
        {
            if (_context is null) return false;
            ushort number = _sequence++;
            _lastTimestamp = timestamp + _timestampOffset;
            _lastSentAt = time.GetTimestamp();
            var header = new RtpHeader(payloadType, isMarked, number, _lastTimestamp, Ssrc);
            RtpExtensionMap map = _answer!.Extensions;
            // 24 bits of seconds in 6.18 are the middle of the 64 bits of NTP's 32.32.
            uint sendTime = map.AbsoluteSendTime == 0 ? 0 : (uint)(SenderReport.ToNtpTime(time.GetUtcNow()) >> 14) & 0xFFFFFF;
            ushort transportSequence = map.TransportSequence == 0 ? (ushort)0 : _transportSequence++;
            int length = RtpWriter.Write(_buffer, header, map, new RtpExtensionValues(level, sendTime, transportSequence), payload);
            length = _context.Protect(_buffer, length);
            _packetCount++;
            _octetCount += (uint)payload.Length;
            _sent?.Add(number, _buffer.AsSpan(0, length));
            return path.TrySend(_buffer.AsSpan(0, length));
        }
    }

    /// <summary>Sends packets again.</summary>
    public void SendAgain(NetworkPath path, NackedSequences numbers)
    {
        lock (_gate)
        {
            while (_sent is not null && numbers.MoveNext())
            {
                if (_sent.TryTake(numbers.Current, out ReadOnlySpan<byte> packet)) path.TrySend(packet);
            }
        }
    }

    /// <summary>Sends a report of what was sent and received.</summary>
    /// <param name="path">Where to.</param>
    /// <param name="received">What came from the peer, or null where nothing has.</param>
    /// <param name="isBye">Whether it is the last.</param>
    public void SendReport(NetworkPath path, ReceptionReport? received, bool isBye)
    {
        lock (_gate)
        {
            if (_context is null) return;
            ReadOnlySpan<ReceptionReport> reports = received is { } report ? [report] : [];
            var writer = new RtcpWriter(_buffer);
            if (_packetCount > 0)
            {
                double elapsed = time.GetElapsedTime(_lastSentAt).TotalSeconds;
                uint now = unchecked(_lastTimestamp + (uint)(long)(elapsed * _answer!.Audio.Format.ClockRate));
                writer.AddSenderReport(new SenderReport(Ssrc, SenderReport.ToNtpTime(time.GetUtcNow()), now, _packetCount, _octetCount), reports);
            }
            else
            {
                writer.AddReceiverReport(Ssrc, reports);
            }

            writer.AddName(Ssrc, _name);
            if (isBye) writer.AddBye(Ssrc);
            Send(path, writer.Length);
        }
    }

    /// <summary>Tells when the peer's packets arrived.</summary>
    public void SendArrivals(NetworkPath path, uint media, TransportArrivals arrivals)
    {
        lock (_gate)
        {
            if (_context is null) return;
            RtcpWriter writer = Begin();
            writer.AddArrivals(Ssrc, media, arrivals);
            Send(path, writer.Length);
        }
    }

    /// <summary>Asks for packets again.</summary>
    public void SendNack(NetworkPath path, uint media, ReadOnlySpan<ushort> lost)
    {
        lock (_gate)
        {
            if (_context is null) return;
            RtcpWriter writer = Begin();
            writer.AddNack(Ssrc, media, lost);
            Send(path, writer.Length);
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

    // Feedback travels alone where the peer takes that, or else behind an empty report (RFC 5506).
    private RtcpWriter Begin()
    {
        var writer = new RtcpWriter(_buffer);
        if (_answer!.Offer.ReducedSizeRtcp) return writer;
        writer.AddReceiverReport(Ssrc, []);
        writer.AddName(Ssrc, _name);
        return writer;
    }

    private void Send(NetworkPath path, int length) => path.TrySend(_buffer.AsSpan(0, _context!.ProtectRtcp(_buffer, length)));
}
