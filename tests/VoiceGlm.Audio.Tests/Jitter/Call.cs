using VoiceGlm.CallTesting;
using VoiceGlm.Testing;

namespace VoiceGlm.Audio.Tests;

/// <summary>One way of a call through a <see cref="Network"/>: 20 ms a packet, 20 ms a read, the losses reported once a second.</summary>
internal sealed class Call : IDisposable
{
    private static readonly TimeSpan s_frame = TimeSpan.FromMilliseconds(20);

    private readonly IAudioCodec _codec;
    private readonly Network _network;
    private readonly Random _random;
    private readonly IAudioEncoder _encoder;
    private readonly PriorityQueue<(ushort Number, uint Timestamp, byte[] Payload), (TimeSpan Arrival, int Order)> _under = new();
    private readonly List<float> _heard = [];
    private int _sent;
    private ushort _number = 65_000;
    private JitterBufferStatistics _reported;

    public Call(IAudioCodec codec, Network network, JitterBufferOptions? options = null)
    {
        _codec = codec;
        _network = network;
        _random = new Random(network.Seed);
        _encoder = codec.CreateEncoder();
        Buffer = new JitterBuffer(codec, options);
    }

    public JitterBuffer Buffer { get; }

    /// <summary>The time at the listener.</summary>
    public TimeSpan Now { get; private set; }

    /// <summary>What was heard.</summary>
    public float[] Heard => [.. _heard];

    /// <summary>The delay after each read.</summary>
    public List<TimeSpan> Delays { get; } = [];

    /// <summary>Says all of a sound, and hears it to its end.</summary>
    public void Say(ReadOnlySpan<float> sound)
    {
        int frame = _codec.FrameSamples();
        var output = new float[frame];
        var payload = new byte[_encoder.MaxPayloadBytes(frame)];
        double pace = 1 + (_network.SenderSlowerPpm * 1e-6);
        int reads = (int)(sound.Length * pace / frame) + 30;
        for (int read = 0; read < reads; read++)
        {
            // A frame is sent when it is over.
            while ((_sent + 1) * frame <= sound.Length && (_sent + 1) * s_frame * pace <= Now) Send(sound.Slice(_sent * frame, frame), payload, (_sent + 1) * s_frame * pace);
            while (_under.TryPeek(out var packet, out (TimeSpan Arrival, int Order) at) && at.Arrival <= Now)
            {
                _under.Dequeue();
                Buffer.Insert(packet.Number, packet.Timestamp, packet.Payload, at.Arrival);
            }

            Buffer.Read(Now, output);
            _heard.AddRange(output);
            Delays.Add(Buffer.Delay);
            Now += s_frame;
            if (read % 50 == 49) ReportLoss();
        }
    }

    public void Dispose()
    {
        _encoder.Dispose();
        Buffer.Dispose();
    }

    private void Send(ReadOnlySpan<float> frame, byte[] payload, TimeSpan time)
    {
        int written = _encoder.Encode(frame, payload);
        uint timestamp = uint.MaxValue - 100_000 + (uint)((long)_sent * _codec.ClockRate / 50);
        _sent++;
        if (written == 0) return;
        ushort number = _number++;
        foreach (TimeSpan arrival in _network.Arrivals(time, _random)) _under.Enqueue((number, timestamp, payload[..written]), (arrival, _under.Count));
    }

    private void ReportLoss()
    {
        JitterBufferStatistics now = Buffer.Statistics;
        long lost = now.Lost - _reported.Lost;
        long expected = now.Received - _reported.Received + lost;
        _reported = now;
        if (expected > 0) _encoder.ReportLoss((double)lost / expected);
    }
}
