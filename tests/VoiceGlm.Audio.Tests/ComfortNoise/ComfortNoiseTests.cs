using System.Numerics.Tensors;

namespace VoiceGlm.Audio.Tests;

public sealed class ComfortNoiseTests
{
    [Theory]
    [InlineData(30)]
    [InlineData(50)]
    [InlineData(70)]
    public void Noise_is_as_loud_as_its_payload_says(int level)
    {
        float[] noise = Generate([(byte)level], 16_000);
        Assert.InRange(-Decibels(noise.AsSpan(4_000)), level - 0.3, level + 0.3);
    }

    [Theory]
    [InlineData(0.9f)]
    [InlineData(-0.6f)]
    public void Noise_that_was_described_sounds_like_what_was_heard(float colour)
    {
        float[] heard = Coloured(colour, 32_000);
        var analyzer = new ComfortNoiseAnalyzer();
        for (int start = 0; start < heard.Length; start += 160) analyzer.Hear(heard.AsSpan(start, 160));
        var payload = new byte[analyzer.PayloadBytes];
        Assert.Equal(11, analyzer.Write(payload));
        float[] made = Generate(payload, 32_000)[4_000..];
        Assert.InRange(Decibels(made) - Decibels(heard), -2, 2);
        for (int lag = 1; lag <= 4; lag++) Assert.InRange(Correlation(made, lag) - Correlation(heard, lag), -0.15, 0.15);
    }

    [Fact]
    public void First_coefficient_has_the_sign_of_the_RFC()
    {
        // RFC 3389 §3.2 counts from -1 at 0 to 1 at 254; noise of low frequencies has a first coefficient near -1 (G.711 Appendix II).
        float[] heard = Coloured(0.9f, 16_000);
        var analyzer = new ComfortNoiseAnalyzer(order: 1);
        for (int start = 0; start < heard.Length; start += 160) analyzer.Hear(heard.AsSpan(start, 160));
        var payload = new byte[2];
        analyzer.Write(payload);
        Assert.InRange(payload[1], 127 - (int)(0.95 * 127), 127 - (int)(0.85 * 127));
    }

    [Fact]
    public void Analyzer_that_heard_nothing_describes_silence()
    {
        var analyzer = new ComfortNoiseAnalyzer(order: 0);
        var payload = new byte[1];
        Assert.Equal(1, analyzer.Write(payload));
        Assert.Equal(127, payload[0]);
    }

    [Fact]
    public void Generator_does_it_again_after_a_reset_and_is_silent_until_told()
    {
        var generator = new ComfortNoiseGenerator(SampleRate.Narrowband);
        var silence = new float[160];
        generator.Generate(silence);
        Assert.Equal(new float[160], silence);
        generator.Reset();
        float[] first = Generate(generator, [40, 100, 150], 1_000);
        generator.Reset();
        Assert.Equal(first, Generate(generator, [40, 100, 150], 1_000));
    }

    [Fact]
    public void Noise_does_not_depend_on_how_it_is_asked_for()
    {
        float[] whole = Generate([40, 30, 200], 960);
        var generator = new ComfortNoiseGenerator(SampleRate.Narrowband);
        generator.TryDescribe([40, 30, 200]);
        var pieces = new float[960];
        for (int start = 0; start < 960; start += 96) generator.Generate(pieces.AsSpan(start, 96));
        Assert.Equal(whole, pieces);
    }

    [Fact]
    public void Change_of_level_is_no_step()
    {
        var generator = new ComfortNoiseGenerator(SampleRate.Narrowband);
        float[] loud = Generate(generator, [20], 4_000);
        float[] after = Generate(generator, [60], 4_000);
        Assert.InRange(Decibels(after.AsSpan(0, 40)) - Decibels(loud.AsSpan(2_000)), -6, 3);
        Assert.InRange(Decibels(after.AsSpan(3_000)), -61, -59);
    }

    [Fact]
    public void Generator_survives_whatever_comes_and_is_never_louder_than_full_scale()
    {
        var random = new Random(5);
        var generator = new ComfortNoiseGenerator(SampleRate.Narrowband);
        var damaged = new byte[64];
        var samples = new float[16];
        for (int i = 0; i < 100_000; i++)
        {
            ReadOnlySpan<byte> payload = PayloadDamage.Damage([10, 254, 0, 254], damaged, random);
            Assert.Equal(!payload.IsEmpty, generator.TryDescribe(payload));
            generator.Generate(samples);
            Assert.True(samples.AsSpan().IndexOfAnyExceptInRange(-1, 1) < 0, $"Payload {i} is louder than full scale.");
        }
    }

    [Fact]
    public void Nothing_is_allocated()
    {
        var analyzer = new ComfortNoiseAnalyzer();
        var generator = new ComfortNoiseGenerator(SampleRate.Narrowband);
        float[] noise = Coloured(0.5f, 160);
        var payload = new byte[analyzer.PayloadBytes];
        long allocated = 0;
        for (int round = 0; round < 2; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 100; i++)
            {
                analyzer.Hear(noise);
                analyzer.Write(payload);
                generator.TryDescribe(payload);
                generator.Generate(noise);
            }

            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal(0, allocated);
    }

    private static float[] Generate(byte[] payload, int count) => Generate(new ComfortNoiseGenerator(SampleRate.Narrowband), payload, count);

    private static float[] Generate(ComfortNoiseGenerator generator, byte[] payload, int count)
    {
        Assert.True(generator.TryDescribe(payload));
        var samples = new float[count];
        generator.Generate(samples);
        return samples;
    }

    private static float[] Coloured(float colour, int count)
    {
        var random = new Random(9);
        var samples = new float[count];
        float last = 0;
        for (int i = 0; i < count; i++)
        {
            last = (colour * last) + (0.01f * (float)((2 * random.NextDouble()) - 1));
            samples[i] = last;
        }

        return samples;
    }

    private static double Decibels(ReadOnlySpan<float> samples) => 10 * Math.Log10(TensorPrimitives.SumOfSquares(samples) / samples.Length);

    private static double Correlation(float[] samples, int lag) =>
        TensorPrimitives.Dot(samples.AsSpan(lag), samples.AsSpan(0, samples.Length - lag)) / TensorPrimitives.SumOfSquares<float>(samples);
}
