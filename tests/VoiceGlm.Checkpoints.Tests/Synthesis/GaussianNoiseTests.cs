using VoiceGlm.Checkpoints.Synthesis;

namespace VoiceGlm.Checkpoints.Tests.Synthesis;

public class GaussianNoiseTests
{
    [Fact]
    public void Pieces_equal_the_whole_wherever_they_are_cut()
    {
        ulong key = GaussianNoise.KeyOf(1, "layers.0.weight");
        var whole = new float[1000];
        GaussianNoise.Fill(key, 5, whole, mean: 0, deviation: 1);
        var pieces = new float[1000];
        for (int start = 0, length = 1; start < pieces.Length; start += length, length = Math.Min((length * 2) + 1, pieces.Length - start))
        {
            GaussianNoise.Fill(key, 5 + start, pieces.AsSpan(start, length), mean: 0, deviation: 1);
        }

        Assert.Equal(whole, pieces);
    }

    [Fact]
    public void Numbers_have_the_mean_and_deviation_and_no_memory()
    {
        var values = new float[1 << 20];
        GaussianNoise.Fill(GaussianNoise.KeyOf(1, "a"), 0, values, mean: 3, deviation: 0.5f);
        double mean = values.Average(static value => (double)value);
        double variance = values.Average(value => (value - mean) * (value - mean));
        double neighbours = values.Zip(values.Skip(1)).Average(pair => (pair.First - mean) * (pair.Second - mean)) / variance;
        // A thousandth is the deviation of these estimates over a million numbers; five of them never happen by chance.
        Assert.Equal(3, mean, 0.0025);
        Assert.Equal(0.5, Math.Sqrt(variance), 0.0025);
        Assert.Equal(0, neighbours, 0.005);
        Assert.True(values.Max() < 3 + (0.5 * 3.5));
    }

    [Fact]
    public void Another_name_or_seed_gives_unrelated_numbers()
    {
        float[] first = Numbers(1, "a");
        Assert.Equal(0, Correlation(first, Numbers(1, "b")), 0.02);
        Assert.Equal(0, Correlation(first, Numbers(2, "a")), 0.02);
        Assert.Equal(1, Correlation(first, Numbers(1, "a")), 0.02);

        static float[] Numbers(int seed, string name)
        {
            var values = new float[1 << 16];
            GaussianNoise.Fill(GaussianNoise.KeyOf(seed, name), 0, values, mean: 0, deviation: 1);
            return values;
        }

        static double Correlation(float[] left, float[] right) => left.Zip(right).Average(static pair => (double)pair.First * pair.Second);
    }
}
