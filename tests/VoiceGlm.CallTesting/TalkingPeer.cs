using VoiceGlm.Audio;
using VoiceGlm.Rtc;

namespace VoiceGlm.CallTesting;

/// <summary>A <see cref="TestPeer"/> that speaks and hears as a browser does: a codec, a jitter buffer, and once a second a report of what it lost. Not thread-safe.</summary>
public sealed class TalkingPeer : IDisposable
{
    private const int FramesPerReport = 50;

    private readonly TestPeer _peer;
    private readonly IAudioCodec _codec;
    private readonly IAudioEncoder _encoder;
    private readonly JitterBuffer _buffer;
    private readonly byte _payloadType;
    private readonly float[] _heard;
    private readonly byte[] _payload;
    private ushort _number = 65_000;
    private uint _timestamp = uint.MaxValue - 100_000;
    private int _frames;
    private uint _server;
    private JitterBufferStatistics _reported;

    /// <param name="peer">Whose calls these are.</param>
    /// <param name="codec">What is spoken.</param>
    public TalkingPeer(TestPeer peer, IAudioCodec codec)
    {
        _peer = peer;
        _codec = codec;
        _encoder = codec.CreateEncoder();
        _buffer = new JitterBuffer(codec);
        _payloadType = (byte)(codec.StaticPayloadType ?? 111);
        _heard = new float[codec.FrameSamples()];
        _payload = new byte[_encoder.MaxPayloadBytes(_heard.Length)];
    }

    /// <summary>The offer of this codec.</summary>
    public string Offer => _peer.Offer(
        formats: $"{_payloadType}", more: $"a=rtpmap:{_payloadType} {_codec.Name}/{_codec.ClockRate}/{_codec.Channels}\na=fmtp:{_payloadType} {_codec.FormatParameters}");

    /// <summary>Packets sent.</summary>
    public int Sent { get; private set; }

    /// <summary>What became of what came.</summary>
    public JitterBufferStatistics Statistics => _buffer.Statistics;

    /// <summary>Says 20 ms, and reports where it is time.</summary>
    public void Say(ReadOnlySpan<float> frame)
    {
        int length = _encoder.Encode(frame, _payload);
        if (length > 0) Send(_peer.Media(_number++, _timestamp, _payload.AsSpan(0, length), _payloadType));
        _timestamp += (uint)(_codec.ClockRate / 50);
        if (++_frames % FramesPerReport == 0 && _server != 0) Report();
    }

    /// <summary>Hears 20 ms, after what has arrived is taken in.</summary>
    /// <param name="now">The time.</param>
    /// <returns>Valid until the next call.</returns>
    public ReadOnlySpan<float> Hear(TimeSpan now)
    {
        while (_peer.TryReceive(out ReadOnlyMemory<byte> packet, out bool isControl))
        {
            if (isControl) Learn(packet.Span);
            else if (RtpPacket.TryParse(packet.Span, out RtpPacket rtp)) Take(rtp, now);
        }

        _buffer.Read(now, _heard);
        return _heard;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _encoder.Dispose();
        _buffer.Dispose();
    }

    private void Take(in RtpPacket rtp, TimeSpan now)
    {
        _server = rtp.Ssrc;
        _buffer.Insert(rtp.SequenceNumber, rtp.Timestamp, rtp.Payload, now);
    }

    private void Learn(ReadOnlySpan<byte> compound)
    {
        while (RtcpPacket.TryTake(ref compound, out RtcpPacket packet))
        {
            for (int i = 0; i < packet.ReportCount; i++) _encoder.ReportLoss(packet.Report(i).FractionLost / 256.0);
        }
    }

    private void Report()
    {
        JitterBufferStatistics now = _buffer.Statistics;
        long lost = now.Lost - _reported.Lost;
        long expected = now.Received - _reported.Received + lost;
        _reported = now;
        if (expected <= 0) return;
        var buffer = new byte[64];
        var writer = new RtcpWriter(buffer);
        writer.AddReceiverReport(_peer.Ssrc, [new ReceptionReport(_server, (byte)(255 * lost / expected), (int)now.Lost, 0, 0, 0, 0)]);
        Send(_peer.Control(buffer[..writer.Length]));
    }

    private void Send(byte[] packet)
    {
        _peer.Send(packet);
        Sent++;
    }
}
