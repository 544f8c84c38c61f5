using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace VoiceGlm.Rtc;

/// <summary>
/// The sound of one telephone call: RTP and RTCP on two sockets of its own, protected or not, to where sound comes from (symmetric RTP: an address in a
/// description may be behind a translation). Thread-safe; allocates nothing per packet.
/// </summary>
public sealed class PhoneSession : IDisposable
{
    private const int LargestPacket = 2048;

    // A stranger is listened to only when the one before has been silent for so long.
    private static readonly TimeSpan s_faithfulness = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan s_reportInterval = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly IPhoneListener _listener;
    private readonly Socket _rtp;
    private readonly Socket _rtcp;
    private readonly byte[] _buffer = new byte[LargestPacket];
    private readonly byte[] _name = Encoding.ASCII.GetBytes(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)));
    private readonly uint _ssrc = BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(sizeof(uint)));
    private readonly uint _timestampOffset = BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(sizeof(uint)));
    private PhoneAgreement? _agreement;
    private SrtpContext? _protect;
    private SrtpContext? _restore;
    private SocketAddress? _target;
    private SocketAddress? _reportTarget;
    private TransportAddress _heard;
    private TimeSpan _heardAt;
    private TimeSpan _reportHeardAt;
    private bool _hasHeard;
    private ReceptionStatistics? _statistics;
    private TelephoneEventReceiver _keys;
    private ushort _sequence = (ushort)RandomNumberGenerator.GetInt32(1 << 15);
    private uint _packetCount;
    private uint _octetCount;
    private uint _lastTimestamp;
    private TimeSpan _lastSentAt;
    private TimeSpan _reportedAt;
    private bool _isDisposed;

    /// <summary>Opens the sockets; sound comes in from <see cref="Agree"/> on.</summary>
    /// <param name="address">The local address.</param>
    /// <param name="firstPort">The first port that may be; 0 for any that are free.</param>
    /// <param name="lastPort">The last port that may be.</param>
    /// <param name="listener">Is told what comes.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="InvalidOperationException">No two ports are free.</exception>
    public PhoneSession(IPAddress address, int firstPort, int lastPort, IPhoneListener listener, TimeProvider time)
    {
        _listener = listener;
        _time = time;
        _start = time.GetTimestamp();
        (_rtp, _rtcp) = PhonePorts.Open(address, firstPort, lastPort);
        RtpPort = ((IPEndPoint)_rtp.LocalEndPoint!).Port;
        RtcpPort = ((IPEndPoint)_rtcp.LocalEndPoint!).Port;
        _ = ReceiveAsync(_rtp);
        _ = ReceiveAsync(_rtcp);
    }

    /// <summary>Where sound comes in.</summary>
    public int RtpPort { get; }

    /// <summary>Where reports come in.</summary>
    public int RtcpPort { get; }

    /// <summary>The time since the session began, by which packets arrive.</summary>
    public TimeSpan Now => _time.GetElapsedTime(_start);

    /// <summary>When the last packet came, of sound or a report; the beginning of what was agreed on before there is one.</summary>
    public TimeSpan HeardAt
    {
        get
        {
            lock (_gate) return _reportHeardAt > _heardAt ? _reportHeardAt : _heardAt;
        }
    }

    /// <summary>What was agreed on last; null before.</summary>
    public PhoneAgreement? Agreement
    {
        get
        {
            lock (_gate) return _agreement;
        }
    }

    /// <summary>Sets what was agreed on: from here on packets come through, and leave.</summary>
    public void Agree(PhoneAgreement agreement)
    {
        lock (_gate)
        {
            if (_isDisposed) return;
            // The same key goes on with its counters (RFC 3711 §8.1).
            Secure(ref _protect, agreement.LocalKey, _agreement?.LocalKey);
            Secure(ref _restore, agreement.RemoteKey, _agreement?.RemoteKey);
            if (_agreement is null || !_agreement.Remote.Rtp.Equals(agreement.Remote.Rtp))
            {
                _target = AddressOf(agreement.Remote.Rtp);
                _reportTarget = AddressOf(agreement.Remote.IsRtcpMux ? agreement.Remote.Rtp : agreement.Remote.Rtcp);
                _hasHeard = false;
            }

            _agreement = agreement;
            _heardAt = Now;
        }
    }

    /// <summary>Sends a packet of sound, at once.</summary>
    /// <param name="payload">The coded sound; at most 1,400 bytes.</param>
    /// <param name="timestamp">When its first sample was taken, in ticks of the format's clock, from any beginning.</param>
    /// <param name="isMarked">Whether it is the first after a pause.</param>
    /// <returns>False where nothing is agreed on, or the other side wants no sound.</returns>
    public bool SendAudio(ReadOnlySpan<byte> payload, uint timestamp, bool isMarked)
    {
        lock (_gate) return _agreement is { Sends: true } agreement && Send(agreement.SendType, payload, timestamp, isMarked);
    }

    /// <summary>Sends a packet of a key press.</summary>
    /// <param name="telephoneEvent">What the packet says.</param>
    /// <param name="timestamp">When the key went down, as in <see cref="SendAudio"/>.</param>
    /// <param name="isFirst">Whether it is the first of the press.</param>
    /// <returns>False where key presses are not agreed on.</returns>
    public bool SendTelephoneEvent(in TelephoneEvent telephoneEvent, uint timestamp, bool isFirst)
    {
        Span<byte> payload = stackalloc byte[TelephoneEvent.Length];
        telephoneEvent.Write(payload);
        lock (_gate) return _agreement is { Sends: true, SendEvent: { } format } && Send(format.PayloadType, payload, timestamp, isFirst);
    }

    /// <summary>Sends a report, where it is time for one: to be called often.</summary>
    public void Tick()
    {
        lock (_gate)
        {
            TimeSpan now = Now;
            if (_isDisposed || _agreement is null || now - _reportedAt < s_reportInterval) return;
            _reportedAt = now;
            SendReport(now, isBye: false);
        }
    }

    /// <summary>Says goodbye, and closes the sockets.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_isDisposed) return;
            if (_agreement is not null) SendReport(Now, isBye: true);
            _isDisposed = true;
            _protect?.Dispose();
            _restore?.Dispose();
        }

        _rtp.Dispose();
        _rtcp.Dispose();
    }

    private static void Secure(ref SrtpContext? context, SdesKey? key, SdesKey? before)
    {
        if (key is not null && key.IsSameAs(before)) return;
        context?.Dispose();
        context = key?.CreateContext();
    }

    private bool Send(byte payloadType, ReadOnlySpan<byte> payload, uint timestamp, bool isMarked)
    {
        if (_isDisposed) return false;
        _lastTimestamp = timestamp + _timestampOffset;
        _lastSentAt = Now;
        int length = RtpWriter.Write(_buffer, new RtpHeader(payloadType, isMarked, _sequence++, _lastTimestamp, _ssrc), RtpExtensionMap.None, default, payload);
        if (_protect is not null) length = _protect.Protect(_buffer, length);
        _packetCount++;
        _octetCount += (uint)payload.Length;
        return SendTo(_rtp, length, _target);
    }

    private void SendReport(TimeSpan now, bool isBye)
    {
        ReadOnlySpan<ReceptionReport> reports = _statistics?.Report(now) is { } report ? [report] : [];
        var writer = new RtcpWriter(_buffer);
        if (_packetCount > 0)
        {
            uint timestamp = unchecked(_lastTimestamp + (uint)(long)((now - _lastSentAt).TotalSeconds * _agreement!.Format.ClockRate));
            writer.AddSenderReport(new SenderReport(_ssrc, SenderReport.ToNtpTime(_time.GetUtcNow()), timestamp, _packetCount, _octetCount), reports);
        }
        else
        {
            writer.AddReceiverReport(_ssrc, reports);
        }

        writer.AddName(_ssrc, _name);
        if (isBye) writer.AddBye(_ssrc);
        int length = _protect is null ? writer.Length : _protect.ProtectRtcp(_buffer, writer.Length);
        SendTo(_agreement!.Remote.IsRtcpMux ? _rtp : _rtcp, length, _reportTarget);
    }

    // An address of zeros is one that wants nothing.
    private static SocketAddress? AddressOf(IPEndPoint endPoint) => endPoint.Address.Equals(IPAddress.Any) || endPoint.Address.Equals(IPAddress.IPv6Any) || endPoint.Port == 0 ? null : endPoint.Serialize();

    private bool SendTo(Socket socket, int length, SocketAddress? to)
    {
        if (to is null) return false;
        try
        {
            socket.SendTo(_buffer.AsSpan(0, length), SocketFlags.None, to);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private async Task ReceiveAsync(Socket socket)
    {
        byte[] packet = new byte[LargestPacket];
        var from = new SocketAddress(socket.AddressFamily);
        while (true)
        {
            int length;
            try
            {
                length = await socket.ReceiveFromAsync(packet, SocketFlags.None, from);
            }
            catch (SocketException exception) when (exception.SocketErrorCode != SocketError.OperationAborted)
            {
                // An ICMP message about something sent before.
                continue;
            }
            catch (Exception exception) when (exception is ObjectDisposedException or SocketException)
            {
                return;
            }

            bool isReport = length > 1 && packet[1] is >= 192 and <= 223;
            if (isReport) ReceiveReport(packet.AsSpan(0, length), TransportAddress.From(from), isMuxed: socket == _rtp);
            else if (socket == _rtp) ReceiveSound(packet.AsSpan(0, length), TransportAddress.From(from));
        }
    }

    private void ReceiveSound(Span<byte> packet, TransportAddress from)
    {
        PhoneAgreement agreement;
        RtpPacket rtp;
        TimeSpan now;
        long sequence;
        bool isNews = false;
        TelephoneEvent key = default;
        lock (_gate)
        {
            if (_isDisposed || _agreement is null) return;
            agreement = _agreement;
            now = Now;
            // Protected sound shows by itself whose it is.
            if (_restore is null && !IsExpected(from, now)) return;
            int length = packet.Length;
            if (_restore is not null && _restore.Unprotect(packet, out length) != SrtpResult.Ok) return;
            if (!RtpPacket.TryParse(packet[..length], out rtp)) return;
            bool isEvent = rtp.PayloadType == agreement.ReceiveEvent;
            if (!isEvent && rtp.PayloadType != agreement.ReceiveType && rtp.PayloadType != agreement.ReceiveNoise) return;
            Follow(from, now);
            if (_statistics?.Ssrc != rtp.Ssrc)
            {
                _statistics = new ReceptionStatistics(rtp.Ssrc, agreement.Format.ClockRate);
                _keys = default;
            }

            sequence = _statistics.Record(rtp.SequenceNumber, rtp.Timestamp, now);
            if (isEvent && TelephoneEvent.TryParse(rtp.Payload, out key)) isNews = _keys.IsNews(key, rtp.Timestamp);
        }

        if (rtp.PayloadType == agreement.ReceiveEvent)
        {
            if (isNews) _listener.OnTelephoneEvent(key);
            return;
        }

        if (!agreement.Receives) return;
        AudioPacketKind kind = rtp.PayloadType == agreement.ReceiveNoise ? AudioPacketKind.ComfortNoise : AudioPacketKind.Audio;
        _listener.OnAudio(new AudioPacket(kind, rtp.Ssrc, sequence, rtp.Timestamp, rtp.Marker, null, now, rtp.Payload));
    }

    private void ReceiveReport(Span<byte> packet, TransportAddress from, bool isMuxed)
    {
        ReceptionReport? own = null;
        lock (_gate)
        {
            if (_isDisposed || _agreement is null) return;
            TimeSpan now = Now;
            int length = packet.Length;
            if (_restore is not null && _restore.UnprotectRtcp(packet, out length) != SrtpResult.Ok) return;
            ReadOnlySpan<byte> compound = packet[..length];
            while (RtcpPacket.TryTake(ref compound, out RtcpPacket rtcp))
            {
                if (rtcp.Type == RtcpType.SenderReport && SenderReport.Read(rtcp.Body) is var report && report.Ssrc == _statistics?.Ssrc) _statistics.Record(report, now);
                for (int i = 0; i < rtcp.ReportCount; i++)
                {
                    if (rtcp.Report(i) is var received && received.Ssrc == _ssrc) own = received;
                }
            }

            if (own is not null) _reportHeardAt = now;
            // Only who has our numbers is a peer of ours; its reports are answered where they come from.
            if (own is not null && !isMuxed) _reportTarget = from.ToEndPoint().Serialize();
        }

        if (own is { } told) _listener.OnReport(told);
    }

    private bool IsExpected(TransportAddress from, TimeSpan now) => !_hasHeard || from == _heard || now - _heardAt > s_faithfulness;

    private void Follow(TransportAddress from, TimeSpan now)
    {
        _heardAt = now;
        if (_hasHeard && from == _heard) return;
        _heard = from;
        _hasHeard = true;
        _target = from.ToEndPoint().Serialize();
        if (_agreement!.Remote.IsRtcpMux) _reportTarget = _target;
    }
}
