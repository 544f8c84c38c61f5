using VoiceGlm.Testing;

namespace VoiceGlm.Audio.Tests;

public sealed class ResamplerTests
{
    [Theory]
    [InlineData("mono_8k")]
    [InlineData("mono_22k05")]
    [InlineData("mono_48k")]
    [InlineData("stereo_44k1")]
    public void Resampler_equals_the_reference_in_one_piece(string name)
    {
        WaveFile wave = WaveFile.Read(Repository.Fixture("audio", name + ".wav"));
        float[] expected = Npy.Read<float>("mel", "resampled", name + ".npy").Values;
        Close.Equal(expected, Resample(new Resampler(wave.SampleRate, SampleRate.Wideband), wave.Channel(0).Span, wave.SampleCount), 2e-6);
    }

    [Theory]
    [InlineData(44_100, 16_000)]
    [InlineData(8_000, 16_000)]
    [InlineData(48_000, 8_000)]
    [InlineData(22_050, 48_000)]
    [InlineData(16_000, 16_000)]
    public void Resampler_gives_the_same_samples_however_the_input_is_cut(int from, int to)
    {
        float[] input = Noise(7_001);
        var resampler = new Resampler(new SampleRate(from), new SampleRate(to));
        float[] whole = Resample(resampler, input, input.Length);
        Assert.Equal((int)Math.Ceiling((double)input.Length * to / from), whole.Length);
        foreach (int chunk in new[] { 1, 7, 160, 5_000 })
        {
            resampler.Reset();
            Assert.Equal(whole, Resample(resampler, input, chunk));
        }
    }

    [Fact]
    public void Tail_changes_nothing_when_more_samples_follow()
    {
        float[] input = Noise(3_000);
        var resampler = new Resampler(SampleRate.Fullband, SampleRate.Wideband);
        float[] whole = Resample(resampler, input, input.Length);
        resampler.Reset();
        var output = new List<float>();
        var buffer = new float[1_000];
        for (int start = 0; start < input.Length; start += 100)
        {
            int written = resampler.Process(input.AsSpan(start, 100), buffer);
            output.AddRange(buffer.AsSpan(0, written));
            int tail = resampler.Tail(buffer);
            Assert.Equal((start + 100 + 2) / 3, output.Count + tail);
        }

        output.AddRange(buffer.AsSpan(0, resampler.TailLength));
        Assert.Equal(whole, output);
    }

    [Fact]
    public void Resampler_of_nothing_gives_nothing()
    {
        var resampler = new Resampler(SampleRate.Narrowband, SampleRate.Wideband);
        Assert.Equal(0, resampler.Process([], []));
        Assert.Equal(0, resampler.Tail([]));
    }

    [Fact]
    public void Process_refuses_an_output_that_is_too_short()
    {
        var resampler = new Resampler(SampleRate.Narrowband, SampleRate.Wideband);
        var exception = Assert.Throws<ArgumentException>(() => resampler.Process(new float[160], new float[100]));
        Assert.StartsWith("The output needs room for 320 samples, not 100.", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Process_allocates_nothing()
    {
        float[] input = Noise(960);
        var output = new float[400];
        var resampler = new Resampler(SampleRate.Fullband, SampleRate.Wideband);
        resampler.Process(input, output);
        Assert.Equal(0, Allocations.Of(() =>
        {
            for (int i = 0; i < 1_000; i++) resampler.Process(input, output);
        }));
    }

    private static float[] Resample(Resampler resampler, ReadOnlySpan<float> input, int chunk)
    {
        var output = new List<float>();
        while (input.Length > 0)
        {
            ReadOnlySpan<float> piece = input[..Math.Min(chunk, input.Length)];
            var buffer = new float[resampler.OutputCapacity(piece.Length)];
            output.AddRange(buffer.AsSpan(0, resampler.Process(piece, buffer)));
            input = input[piece.Length..];
        }

        var tail = new float[resampler.TailLength];
        Assert.Equal(tail.Length, resampler.Tail(tail));
        return [.. output, .. tail];
    }

    private static float[] Noise(int count)
    {
        var random = new Random(5);
        return [.. Enumerable.Range(0, count).Select(_ => (float)((random.NextDouble() * 2) - 1))];
    }
}
