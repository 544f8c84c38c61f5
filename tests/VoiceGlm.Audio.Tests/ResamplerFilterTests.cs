namespace VoiceGlm.Audio.Tests;

public sealed class ResamplerFilterTests
{
    private static readonly int[] s_rates = [8_000, 16_000, 22_050, 24_000, 48_000];

    public static TheoryData<int, int> Pairs
    {
        get
        {
            var pairs = new TheoryData<int, int>();
            foreach (int from in s_rates)
            {
                foreach (int to in s_rates.Where(to => to != from)) pairs.Add(from, to);
            }

            return pairs;
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Flat_passes_what_is_below_and_keeps_out_what_is_beyond(int from, int to)
    {
        double half = Math.Min(from, to) / 2.0;
        foreach (double share in new[] { 0.02, 0.3, 0.6, 0.8, 0.85 })
        {
            (double gain, double rest) = Measure(from, to, share * half);
            Assert.True(Math.Abs(gain) <= 0.01, $"{from} to {to} Hz: {share * half} Hz comes out {gain:F4} dB louder.");
            Assert.True(rest <= -80, $"{from} to {to} Hz: {share * half} Hz leaves {rest:F1} dB of other frequencies.");
        }

        // Only a higher rate has anything beyond.
        foreach (double share in new[] { 1.0, 1.02, 1.3, 1.9 })
        {
            double frequency = share * half;
            if (frequency >= from / 2.0) continue;
            (_, double rest) = Measure(from, to, frequency);
            Assert.True(rest <= -80, $"{from} to {to} Hz: {frequency} Hz comes through as {rest:F1} dB.");
        }
    }

    [Fact]
    public void Flat_is_late_by_less_than_5_ms_of_8_kHz()
    {
        var resampler = new Resampler(SampleRate.Narrowband, SampleRate.Fullband, ResamplerFilter.Flat);
        Assert.Equal(37, resampler.LatencySamples);
        Assert.InRange(SampleRate.Narrowband.DurationOf(resampler.LatencySamples).TotalMilliseconds, 4, 5);
    }

    [Theory]
    [InlineData(48_000, 16_000)]
    [InlineData(22_050, 48_000)]
    public void Flat_gives_the_same_samples_however_the_input_is_cut_and_again_after_a_reset(int from, int to)
    {
        var random = new Random(3);
        float[] input = [.. Enumerable.Range(0, 5_000).Select(_ => (float)((random.NextDouble() * 2) - 1))];
        var resampler = new Resampler(new SampleRate(from), new SampleRate(to), ResamplerFilter.Flat);
        float[] whole = Run(resampler, input, input.Length);
        resampler.Reset();
        Assert.Equal(whole, Run(resampler, input, 160));
    }

    [Fact]
    public void Streams_of_the_same_rates_share_their_taps()
    {
        var first = new Resampler(SampleRate.Vocoder, SampleRate.Fullband, ResamplerFilter.Flat);
        long before = GC.GetAllocatedBytesForCurrentThread();
        var second = new Resampler(SampleRate.Vocoder, SampleRate.Fullband, ResamplerFilter.Flat);

        // The taps of 320 phases are 90 kB; a stream's own memory is 4,096 samples and a few.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20_000);
        Assert.Equal(first.LatencySamples, second.LatencySamples);
    }

    // Gain of a tone, and the power of everything else beside it, in decibels of the tone that went in.
    private static (double Gain, double Others) Measure(int from, int to, double frequency)
    {
        float[] input = [.. Enumerable.Range(0, from / 4).Select(i => (float)Math.Sin(2 * Math.PI * frequency * i / from))];
        float[] output = Run(new Resampler(new SampleRate(from), new SampleRate(to), ResamplerFilter.Flat), input, input.Length);
        ReadOnlySpan<float> settled = output.AsSpan(output.Length / 5, output.Length * 3 / 5);
        bool isPassed = frequency < Math.Min(from, to) / 2.0;

        // Least squares of a sine and a cosine, which need not be orthogonal over the piece.
        double ss = 0, cc = 0, sc = 0, sy = 0, cy = 0;
        for (int i = 0; i < settled.Length; i++)
        {
            (double sine, double cosine) = isPassed ? Math.SinCos(2 * Math.PI * frequency * i / to) : (0, 0);
            ss += sine * sine;
            cc += cosine * cosine;
            sc += sine * cosine;
            sy += sine * settled[i];
            cy += cosine * settled[i];
        }

        double determinant = (ss * cc) - (sc * sc);
        double a = isPassed ? ((sy * cc) - (cy * sc)) / determinant : 0;
        double b = isPassed ? ((cy * ss) - (sy * sc)) / determinant : 0;
        double rest = 0;
        for (int i = 0; i < settled.Length; i++)
        {
            (double sine, double cosine) = isPassed ? Math.SinCos(2 * Math.PI * frequency * i / to) : (0, 0);
            double error = settled[i] - (a * sine) - (b * cosine);
            rest += error * error;
        }

        return (10 * Math.Log10((a * a) + (b * b)), 10 * Math.Log10((2 * rest / settled.Length) + 1e-20));
    }

    private static float[] Run(Resampler resampler, ReadOnlySpan<float> input, int chunk)
    {
        var output = new List<float>();
        while (!input.IsEmpty)
        {
            ReadOnlySpan<float> piece = input[..Math.Min(chunk, input.Length)];
            var buffer = new float[resampler.OutputCapacity(piece.Length)];
            output.AddRange(buffer.AsSpan(0, resampler.Process(piece, buffer)));
            input = input[piece.Length..];
        }

        return [.. output];
    }
}
