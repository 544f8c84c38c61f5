using VoiceGlm.CallTesting;
using VoiceGlm.Testing;

namespace VoiceGlm.Audio.Tests;

/// <summary>Whole calls through networks that are not perfect, heard by comparison.</summary>
public sealed class NetworkTests(ITestOutputHelper output)
{
    private static readonly Network s_bad = new()
    {
        Seed = 6,
        Loss = 0.05,
        DelayMilliseconds = (30, 90),
        Reordered = 0.02,
        Duplicated = 0.01,
        Outage = (15, 18),
        SenderSlowerPpm = 200,
    };

    [Theory]
    [InlineData("opus", 0.90, 220)]
    [InlineData("G722", 0.85, 220)]
    [InlineData("PCMU", 0.85, 220)]
    public void Speech_is_understood_through_a_bad_network(string name, double leastCorrelation, int mostDelayMilliseconds)
    {
        IAudioCodec codec = CodecsUnderTest.Named(name);
        float[] speech = LongSpeech(codec, 30);
        using var call = new Call(codec, s_bad);
        call.Say(speech);
        Hearing hearing = Hearing.Compare(speech, call.Heard, codec.SampleRate, without: time => time.TotalSeconds is > 14.9 and < 18.1);
        output.WriteLine($"{name}: {hearing}, target {call.Buffer.TargetDelay}, {call.Buffer.Statistics}");
        Assert.InRange(hearing.Correlation, leastCorrelation, 1);
        Assert.InRange(hearing.LongDelay.TotalMilliseconds, 50, mostDelayMilliseconds);
    }

    [Fact]
    public void Redundancy_is_what_brings_lost_speech_back()
    {
        IAudioCodec codec = CodecsUnderTest.Named("opus");
        float[] speech = LongSpeech(codec, 10);
        var network = new Network { Seed = 3, Loss = 0.1, DelayMilliseconds = (30, 40) };
        using var with = new Call(codec, network);
        using var without = new Call(new Unprotected(codec), network);
        with.Say(speech);
        without.Say(speech);
        Hearing hearing = Hearing.Compare(speech, with.Heard, codec.SampleRate);
        Hearing concealed = Hearing.Compare(speech, without.Heard, codec.SampleRate);
        output.WriteLine($"with: {hearing}, {with.Buffer.Statistics}; without: {concealed}, {without.Buffer.Statistics}");
        Assert.InRange(with.Buffer.Statistics.Recovered / (double)with.Buffer.Statistics.Lost, 0.6, 1);
        Assert.Equal(0, without.Buffer.Statistics.Recovered);
        Assert.True(1 - hearing.Correlation < 0.7 * (1 - concealed.Correlation), $"{hearing.Correlation:F3} with, {concealed.Correlation:F3} without.");
    }

    [Theory]
    [InlineData(200)]
    [InlineData(-200)]
    public void Delay_stays_where_it_is_though_the_clocks_drift_apart(int ppm)
    {
        IAudioCodec codec = G711Codec.Pcmu;
        using var call = new Call(codec, new Network { SenderSlowerPpm = ppm, DelayMilliseconds = (30, 50) });
        float[] speech = LongSpeech(codec, 180);
        call.Say(speech);

        // 200 millionths of 3 minutes are 36 ms.
        JitterBufferStatistics statistics = call.Buffer.Statistics;
        output.WriteLine($"{ppm} ppm: {statistics}");
        Assert.Equal((0L, 0L, 0L), (statistics.Late, statistics.Lost, statistics.Discarded));
        TimeSpan early = Average(call.Delays[500..1_500]);
        TimeSpan late = Average(call.Delays[^1_030..^30]);
        Assert.InRange((late - early).TotalMilliseconds, -15, 15);

        // Half a second is the silence at the end.
        Assert.InRange(statistics.Concealed.TotalSeconds, 0, 0.6);
    }

    [Fact]
    public void Packets_allocate_nothing_on_their_way()
    {
        foreach (IAudioCodec codec in AudioCodecs.Available)
        {
            List<byte[]> packets = codec.Encode(LongSpeech(codec, 20));
            var heard = new float[codec.FrameSamples()];
            var random = new Random(2);
            long atFirst = GC.GetAllocatedBytesForCurrentThread();
            using var buffer = new JitterBuffer(codec);
            long before = 0;
            for (int i = 1; i < packets.Count; i++)
            {
                // Every place of the buffer has been used by then.
                if (i == 500) before = GC.GetAllocatedBytesForCurrentThread();
                TimeSpan now = TimeSpan.FromMilliseconds(20 * i);
                int fate = random.Next(12);
                if (fate > 0) buffer.Insert((ushort)i, (uint)(i * codec.ClockRate / 50), packets[i], now);
                if (fate == 1) buffer.Insert((ushort)(i - 1), (uint)((i - 1) * codec.ClockRate / 50), packets[i - 1], now);
                buffer.Read(now, heard);
            }

            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
            output.WriteLine($"{codec.Name}: {before - atFirst} bytes for a call");
            Assert.InRange(before - atFirst, 0, 70_000);
        }
    }

    private static TimeSpan Average(IEnumerable<TimeSpan> delays) => TimeSpan.FromTicks((long)delays.Average(static delay => delay.Ticks));

    private static float[] LongSpeech(IAudioCodec codec, double seconds)
    {
        float[] once = [.. codec.Speech(10), .. codec.Speech(10, "speech_zh.wav")];
        return [.. Enumerable.Range(0, (int)(seconds * codec.SampleRate.Hertz)).Select(i => once[i % once.Length])];
    }

    /// <summary>Opus that is never told of losses.</summary>
    private sealed class Unprotected(IAudioCodec codec) : IAudioCodec
    {
        public string Name => codec.Name;

        public int ClockRate => codec.ClockRate;

        public int Channels => codec.Channels;

        public int? StaticPayloadType => codec.StaticPayloadType;

        public string? FormatParameters => codec.FormatParameters;

        public SampleRate SampleRate => codec.SampleRate;

        public IAudioEncoder CreateEncoder() => new Deaf();

        public IAudioDecoder CreateDecoder() => codec.CreateDecoder();

        private sealed class Deaf : IAudioEncoder
        {
            private readonly IAudioEncoder _encoder = new OpusCodec(new OpusOptions { ExpectedLoss = 0 }).CreateEncoder();

            public int Encode(ReadOnlySpan<float> samples, Span<byte> payload) => _encoder.Encode(samples, payload);

            public int MaxPayloadBytes(int sampleCount) => _encoder.MaxPayloadBytes(sampleCount);

            public void ReportLoss(double fraction)
            {
            }

            public void Reset() => _encoder.Reset();

            public void Dispose() => _encoder.Dispose();
        }
    }
}
