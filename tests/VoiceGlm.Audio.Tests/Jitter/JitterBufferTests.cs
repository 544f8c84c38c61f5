using VoiceGlm.CallTesting;

namespace VoiceGlm.Audio.Tests;

public sealed class JitterBufferTests
{
    private const int Frame = Playout.Frame;
    private const int Waited = 3 * Frame;

    private static readonly float[] s_speech = G711Codec.Pcmu.Speech(3);
    private static readonly List<byte[]> s_packets = G711Codec.Pcmu.Encode(s_speech);
    private static readonly float[] s_decoded = G711Codec.Pcmu.Decode(s_packets);

    [Theory]
    [InlineData(Frame)]
    [InlineData(Frame / 2)]
    public void Even_stream_is_heard_as_it_is_after_the_delay(int readSamples)
    {
        using var playout = new Playout(Playout.Steady);
        for (int i = 0; i < 100; i++) playout.Arrive(i, 20 * i, s_packets[i]);
        float[] sound = playout.Read(100 * Frame / readSamples, readSamples);
        Assert.Equal(new float[Waited], sound[..Waited]);
        Assert.Equal(s_decoded[..(97 * Frame)], sound[Waited..]);
        Assert.Equal(TimeSpan.FromMilliseconds(60), playout.Buffer.Delay);
    }

    [Fact]
    public void Packets_out_of_order_and_twice_are_heard_in_order_and_once()
    {
        using var playout = new Playout(Playout.Steady);
        for (int i = 0; i < 100; i++)
        {
            playout.Arrive(i, (20 * i) + (i % 5 == 3 ? 45 : 0), s_packets[i]);
            if (i % 10 == 0) playout.Arrive(i, (20 * i) + 30, s_packets[i]);
            if (i % 10 == 1) playout.Arrive(i, (20 * i) + 150, s_packets[i]);
        }

        float[] sound = playout.Read(100);
        Assert.Equal(s_decoded[..(97 * Frame)], sound[Waited..]);
        Assert.Equal(20, playout.Buffer.Statistics.Duplicates);
        Assert.Equal(0, playout.Buffer.Statistics.Late);
        Assert.Equal(0, playout.Buffer.Statistics.Lost);
    }

    [Fact]
    public void Numbers_and_times_begin_again_unnoticed()
    {
        using var playout = new Playout(Playout.Steady) { FirstNumber = 65_500, FirstTimestamp = uint.MaxValue - 5_000 };
        for (int i = 0; i < 100; i++) playout.Arrive(i, (20 * i) + (i % 5 == 3 ? 45 : 0), s_packets[i]);
        Assert.Equal(s_decoded[..(97 * Frame)], playout.Read(100)[Waited..]);
        Assert.Equal(0, playout.Buffer.Statistics.Restarts);
    }

    [Fact]
    public void Lost_packet_is_covered_and_what_follows_is_heard_at_its_time()
    {
        using var playout = new Playout(Playout.Steady);
        for (int i = 0; i < 100; i++)
        {
            if (i != 50) playout.Arrive(i, 20 * i, s_packets[i]);
        }

        float[] sound = playout.Read(100)[Waited..];
        Assert.Equal(s_decoded[..(50 * Frame)], sound[..(50 * Frame)]);
        Assert.Equal(s_decoded[((51 * Frame) + 40)..(97 * Frame)], sound[((51 * Frame) + 40)..]);
        Assert.Equal(1, playout.Buffer.Statistics.Lost);
        Assert.Equal(TimeSpan.FromMilliseconds(20), playout.Buffer.Statistics.Concealed);
        Assert.Equal(BufferedSound.Concealment, playout.Sources[53]);
        Assert.Equal(BufferedSound.Packets, playout.Sources[54]);
    }

    [Fact]
    public void Late_packet_is_counted_and_waited_for_from_then_on()
    {
        using var playout = new Playout();
        int count = s_packets.Count;
        for (int i = 0; i < count; i++) playout.Arrive(i, (20 * i) + (i > 60 && i % 4 == 0 ? 150 : 0), s_packets[i]);
        playout.Read(count);
        Assert.InRange(playout.Buffer.Statistics.Late, 1, 8);
        Assert.InRange(playout.Buffer.TargetDelay.TotalMilliseconds, 150, 180);
        Assert.InRange(playout.Buffer.Delay.TotalMilliseconds, 130, 190);
    }

    [Fact]
    public void Delay_comes_down_when_the_network_is_calm_again()
    {
        IAudioCodec codec = G711Codec.Pcmu;
        float[] once = [.. codec.Speech(10), .. codec.Speech(10, "speech_zh.wav")];
        float[] speech = [.. once, .. once, .. once];
        List<byte[]> packets = codec.Encode(speech);
        var random = new Random(8);
        using var playout = new Playout();
        for (int i = 0; i < packets.Count; i++) playout.Arrive(i, (20 * i) + (i < 250 ? 100 * random.NextDouble() : 0), packets[i]);
        playout.Read(packets.Count);
        Assert.InRange(playout.Buffer.TargetDelay.TotalMilliseconds, 10, 30);
        Assert.InRange(playout.Buffer.Delay.TotalMilliseconds, 0, 50);
        Assert.InRange(playout.Buffer.Statistics.Shortened.TotalMilliseconds, 50, 400);
    }

    [Fact]
    public void Sender_that_describes_its_silence_is_silent_as_described_and_heard_again_at_its_time()
    {
        using var playout = new Playout(Playout.Steady);
        for (int i = 0; i < 50; i++) playout.Arrive(i, 20 * i, s_packets[i]);
        playout.Arrive(50, 1_000, [40], PacketContent.ComfortNoise);

        // 49 packets' time passes with none but the description.
        for (int i = 51; i < 100; i++) playout.Arrive(i, 20 * (i + 49), s_packets[i], silence: 49);
        float[] sound = playout.Read(148);
        Assert.All(playout.Sources[53..103], static source => Assert.Equal(BufferedSound.ComfortNoise, source));
        Assert.All(playout.Sources[103..], static source => Assert.Equal(BufferedSound.Packets, source));
        float[] noise = sound[(60 * Frame)..(100 * Frame)];
        Assert.InRange(10 * Math.Log10(noise.Average(static sample => sample * sample)), -41, -39);
        Assert.Equal(s_decoded[(51 * Frame)..(96 * Frame)], sound[(103 * Frame)..]);
        Assert.Equal(0, playout.Buffer.Statistics.Lost);
    }

    [Fact]
    public void Sender_that_is_silent_without_a_word_loses_nothing()
    {
        using var playout = new Playout(Playout.Steady);
        for (int i = 0; i < 50; i++) playout.Arrive(i, 20 * i, s_packets[i]);
        for (int i = 50; i < 100; i++) playout.Arrive(i, 20 * (i + 100), s_packets[i], silence: 100);
        float[] sound = playout.Read(200);
        Assert.Equal(s_decoded[((50 * Frame) + 40)..(97 * Frame)], sound[((153 * Frame) + 40)..]);
        Assert.Equal(0, playout.Buffer.Statistics.Lost);
    }

    [Fact]
    public void Telephone_event_is_no_loss()
    {
        using var playout = new Playout(Playout.Steady);
        for (int i = 0; i < 100; i++)
        {
            bool isEvent = i is >= 40 and < 50;
            playout.Arrive(i, 20 * i, isEvent ? [1, 10, 0, 160] : s_packets[i], isEvent ? PacketContent.Event : PacketContent.Sound);
        }

        float[] sound = playout.Read(100);
        Assert.Equal(0, playout.Buffer.Statistics.Lost);
        Assert.Equal(s_decoded[((50 * Frame) + 40)..(97 * Frame)], sound[((53 * Frame) + 40)..]);
    }

    [Fact]
    public void Another_stream_is_followed_at_its_second_packet()
    {
        using var playout = new Playout(Playout.Steady);
        for (int i = 0; i < 40; i++) playout.Arrive(i, 20 * i, s_packets[i]);

        // The first of 30,000 numbers further is taken for a stray.
        for (int i = 40; i < 100; i++) playout.Arrive(i + 30_000, 20 * i, s_packets[i]);
        float[] sound = playout.Read(100);
        Assert.Equal(1, playout.Buffer.Statistics.Restarts);
        Assert.Equal(s_decoded[(41 * Frame)..(97 * Frame)], sound[(44 * Frame)..]);
    }

    [Fact]
    public void Stray_packet_disturbs_nothing()
    {
        using var playout = new Playout(Playout.Steady);
        for (int i = 0; i < 100; i++) playout.Arrive(i, 20 * i, s_packets[i]);
        playout.Arrive(20_000, 505, s_packets[0]);
        playout.Arrive(40_000, 1_005, s_packets[0]);
        Assert.Equal(s_decoded[..(97 * Frame)], playout.Read(100)[Waited..]);
        Assert.Equal(0, playout.Buffer.Statistics.Restarts);
    }

    [Fact]
    public void Stall_that_ends_in_a_burst_is_left_behind()
    {
        IAudioCodec codec = G711Codec.Pcmu;
        float[] speech = [.. codec.Speech(10), .. codec.Speech(10, "speech_zh.wav"), .. codec.Speech(10)];
        List<byte[]> packets = codec.Encode(speech);
        using var playout = new Playout();
        for (int i = 0; i < packets.Count; i++) playout.Arrive(i, i is >= 100 and < 250 ? 5_000 + (i * 0.01) : 20 * i, packets[i]);
        playout.Read(packets.Count);
        Assert.InRange(playout.Buffer.Statistics.Discarded + playout.Buffer.Statistics.Late, 100, 150);
        Assert.InRange(playout.Buffer.Delay.TotalMilliseconds, 0, 120);
    }

    [Fact]
    public void Route_that_is_slower_for_good_becomes_the_measure()
    {
        using var playout = new Playout();
        int count = s_packets.Count;
        for (int i = 0; i < count * 4; i++) playout.Arrive(i, (20 * i) + (i < 100 ? 0 : 900), s_packets[i % count]);
        playout.Read((count * 4) + 20);
        Assert.InRange(playout.Buffer.Delay.TotalMilliseconds, -5, 60);
        Assert.InRange(playout.Buffer.Statistics.Discarded, 0, 50);
    }

    [Fact]
    public void Buffer_does_it_again_after_a_reset()
    {
        using var playout = new Playout();
        Arrange(playout);
        float[] first = playout.Read(150);
        playout.Buffer.Reset();
        Arrange(playout);
        Assert.Equal(first, playout.Read(150));

        static void Arrange(Playout playout)
        {
            var random = new Random(4);
            for (int i = 0; i < 140; i++)
            {
                if (random.NextDouble() > 0.1) playout.Arrive(i, (20 * i) + (80 * random.NextDouble()), s_packets[i]);
            }
        }
    }

    [Fact]
    public void Buffer_survives_whatever_comes()
    {
        var random = new Random(11);
        using var buffer = new JitterBuffer(new G722Codec());
        var damaged = new byte[1_600];
        random.NextBytes(damaged);
        var output = new float[960];
        ushort number = 0;
        uint timestamp = 0;
        TimeSpan now = TimeSpan.Zero;
        for (int i = 0; i < 100_000; i++)
        {
            // Mostly a stream, now and then a jump of anything.
            number = random.Next(50) == 0 ? (ushort)random.Next(65_536) : (ushort)(number + random.Next(-3, 5));
            timestamp = random.Next(50) == 0 ? (uint)random.NextInt64(1L << 32) : timestamp + 160;
            now += TimeSpan.FromMilliseconds(random.Next(40) - 10);
            int length = random.Next(20) == 0 ? random.Next(damaged.Length + 1) : 160;
            buffer.Insert(number, timestamp, damaged.AsSpan(0, length), now, (PacketContent)(random.Next(10) == 0 ? random.Next(3) : 0));
            if (random.Next(3) != 0) continue;
            Span<float> sound = output.AsSpan(0, random.Next(output.Length + 1));
            buffer.Read(now, sound);
            if (sound.IndexOfAnyExceptInRange(-1, 1) >= 0) Assert.Fail($"Read {i} is no sound.");
        }

        JitterBufferStatistics statistics = buffer.Statistics;
        Assert.Equal(100_000, statistics.Received);
        Assert.True(statistics is { Malformed: > 0, Duplicates: > 0, Late: > 0, Restarts: > 0 }, statistics.ToString());
    }

    [Fact]
    public void Read_refuses_more_than_the_longest()
    {
        using var buffer = new JitterBuffer(G711Codec.Pcmu);
        var exception = Assert.Throws<ArgumentException>(() => buffer.Read(TimeSpan.Zero, new float[481]));
        Assert.StartsWith("Up to 480 samples can be read at once, not 481.", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_heard_before_anything_has_come()
    {
        using var buffer = new JitterBuffer(G711Codec.Pcmu);
        var output = new float[160];
        output.AsSpan().Fill(1);
        Assert.Equal(BufferedSound.Nothing, buffer.Read(TimeSpan.Zero, output));
        Assert.Equal(new float[160], output);
    }

    [Theory]
    [InlineData(-1, 400, 60, 0.97, "MinimumDelay must be not negative.")]
    [InlineData(20, 20, 20, 0.97, "MaximumDelay must be above MinimumDelay and at most 2 s.")]
    [InlineData(20, 2_001, 60, 0.97, "MaximumDelay must be above MinimumDelay and at most 2 s.")]
    [InlineData(20, 400, 401, 0.97, "InitialDelay must be from MinimumDelay to MaximumDelay.")]
    [InlineData(20, 400, 60, 1.0, "Coverage must be between 0 and 1.")]
    public void Options_out_of_range_are_refused_with_a_sentence(int minimum, int maximum, int initial, double coverage, string expected)
    {
        var options = new JitterBufferOptions
        {
            MinimumDelay = TimeSpan.FromMilliseconds(minimum),
            MaximumDelay = TimeSpan.FromMilliseconds(maximum),
            InitialDelay = TimeSpan.FromMilliseconds(initial),
            Coverage = coverage,
        };
        var exception = Assert.Throws<ArgumentOutOfRangeException>(() => new JitterBuffer(G711Codec.Pcmu, options));
        Assert.StartsWith(expected, exception.Message, StringComparison.Ordinal);
    }
}
