namespace VoiceGlm.Audio.Tests;

/// <summary>Speech on its way to a call, by samples and by the clock.</summary>
public sealed class CallSpeechTests
{
    private static readonly TimeSpan s_onItsWay = TimeSpan.FromMilliseconds(120);
    private static readonly TurnId s_first = new(1);
    private static readonly TurnId s_second = new(2);

    [Theory]
    [InlineData(8_000)]
    [InlineData(16_000)]
    [InlineData(48_000)]
    public void Speech_cut_anyhow_becomes_the_same_packets(int hertz)
    {
        float[] samples = Noise(10_000);
        var random = new Random(3);
        var whole = new CallSpeech(new SampleRate(hertz), s_onItsWay);
        whole.Add(s_first, samples, SampleRate.Vocoder);
        var parts = new CallSpeech(new SampleRate(hertz), s_onItsWay);
        for (int start = 0; start < samples.Length;)
        {
            int length = Math.Min(random.Next(1, 900), samples.Length - start);
            parts.Add(s_first, samples.AsSpan(start, length), SampleRate.Vocoder);
            start += length;
        }

        whole.Finish(s_first);
        parts.Finish(s_first);
        float[] expected = Packets(whole, hertz);
        Assert.Equal(expected, Packets(parts, hertz));
        Assert.Equal(samples.Length * (double)hertz / 22_050, expected.Length, 1.0);
    }

    [Fact]
    public void Packet_without_speech_is_silent_and_next_reply_follows_within_a_packet()
    {
        var speech = new CallSpeech(SampleRate.Wideband, s_onItsWay);
        speech.Add(s_first, Enumerable.Repeat(0.5f, 100).ToArray(), SampleRate.Wideband);
        speech.Add(s_second, Enumerable.Repeat(-0.5f, 100).ToArray(), SampleRate.Wideband);
        float[] packet = Enumerable.Repeat(1f, 320).ToArray();

        Assert.Equal(200, speech.Take(packet, TimeSpan.Zero));

        Assert.Equal([0.5f, -0.5f, 0f], [packet[99], packet[100], packet[200]]);
        Assert.Equal(0, speech.Take(packet, MediaClock.Interval));
        Assert.DoesNotContain(packet, static sample => sample != 0);
    }

    [Fact]
    public void Heard_is_what_was_sent_less_what_is_on_its_way()
    {
        var speech = new CallSpeech(SampleRate.Wideband, s_onItsWay);
        speech.Add(s_first, new float[8_000], SampleRate.Wideband);
        float[] packet = new float[320];
        TimeSpan now = TimeSpan.FromSeconds(7);
        for (int i = 0; i < 10; i++) speech.Take(packet, now + (i * MediaClock.Interval));
        TimeSpan last = now + (9 * MediaClock.Interval);

        Assert.Equal(TimeSpan.FromMilliseconds(80), HeardAt(last));
        Assert.Equal(TimeSpan.FromMilliseconds(110), HeardAt(last + TimeSpan.FromMilliseconds(30)));
        // The network is away: no more was sent, and no more is heard.
        Assert.Equal(TimeSpan.FromMilliseconds(200), HeardAt(last + TimeSpan.FromSeconds(3)));
        // Later packets do not take it back.
        speech.Take(packet, last + TimeSpan.FromSeconds(3));
        Assert.Equal(TimeSpan.FromMilliseconds(200), HeardAt(last + TimeSpan.FromSeconds(3)));

        TimeSpan HeardAt(TimeSpan time) => speech.HeardOf(s_first, time);
    }

    [Fact]
    public void Flushed_reply_was_heard_as_far_as_it_was_sent_and_nothing_more_of_it_is_taken()
    {
        var speech = new CallSpeech(SampleRate.Wideband, s_onItsWay);
        speech.Add(s_first, Noise(8_000), SampleRate.Wideband);
        float[] packet = new float[320];
        speech.Take(packet, TimeSpan.Zero);

        Assert.Equal(MediaClock.Interval, speech.Flush(s_first));

        Assert.False(speech.Add(s_first, Noise(320), SampleRate.Wideband));
        Assert.Equal(0, speech.Take(packet, MediaClock.Interval));
        Assert.False(speech.IsHeard(s_first, s_onItsWay - MediaClock.Interval));
        Assert.True(speech.IsHeard(s_first, s_onItsWay));
        Assert.True(speech.Add(s_second, Noise(320), SampleRate.Wideband));
    }

    [Fact]
    public void Reply_that_was_flushed_before_its_first_sample_has_none()
    {
        var speech = new CallSpeech(SampleRate.Wideband, s_onItsWay);
        Assert.Equal(TimeSpan.Zero, speech.Flush(s_first));
        Assert.False(speech.Add(s_first, Noise(320), SampleRate.Wideband));
    }

    [Fact]
    public void Second_of_speech_is_enough_until_some_is_sent()
    {
        var speech = new CallSpeech(SampleRate.Wideband, s_onItsWay);
        speech.Add(s_first, Noise(16_000), SampleRate.Wideband);
        Assert.True(speech.IsFull);
        speech.Take(new float[320], TimeSpan.Zero);
        Assert.False(speech.IsFull);
    }

    [Fact]
    public void Other_rate_in_mid_reply_is_refused()
    {
        var speech = new CallSpeech(SampleRate.Wideband, s_onItsWay);
        speech.Add(s_first, Noise(320), SampleRate.Vocoder);
        ArgumentException exception = Assert.Throws<ArgumentException>(() => speech.Add(s_first, Noise(320), SampleRate.Wideband));
        Assert.StartsWith("Reply 1 has 22050 Hz; a frame of it has 16000 Hz.", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Queue_of_samples_keeps_their_order_while_it_grows_and_shrinks()
    {
        var queue = new SampleQueue();
        var random = new Random(5);
        float next = 0, expected = 0;
        float[] output = new float[700];
        for (int i = 0; i < 200; i++)
        {
            int count = random.Next(1, 600);
            foreach (ref float sample in queue.Reserve(count + 10)[..count]) sample = next++;
            queue.Commit(count);
            int taken = queue.Take(output.AsSpan(0, random.Next(output.Length)));
            foreach (float sample in output.AsSpan(0, taken)) Assert.Equal(expected++, sample);
            Assert.Equal((int)(next - expected), queue.Count);
        }
    }

    private static float[] Packets(CallSpeech speech, int hertz)
    {
        var all = new List<float>();
        float[] packet = new float[hertz / 50];
        while (speech.Take(packet, TimeSpan.Zero) is > 0 and int count) all.AddRange(packet.AsSpan(0, count));
        return [.. all];
    }

    private static float[] Noise(int count)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
    }
}
