using VoiceGlm.Testing;
using VoiceGlm.TurnDetection.Echo;

namespace VoiceGlm.TurnDetection.Tests.Echo;

public sealed class ShortTimeSpectrumTests
{
    private const int Hop = ShortTimeSpectrum.HopSamples;

    [Fact]
    public void Transform_equals_the_sum_it_stands_for()
    {
        const int Length = 64;
        var random = new Random(1);
        float[] real = Enumerable.Range(0, Length).Select(_ => random.NextSingle() - 0.5f).ToArray();
        float[] imaginary = Enumerable.Range(0, Length).Select(_ => random.NextSingle() - 0.5f).ToArray();
        var expectedReal = new float[Length];
        var expectedImaginary = new float[Length];
        for (int k = 0; k < Length; k++)
        {
            System.Numerics.Complex sum = 0;
            for (int i = 0; i < Length; i++)
            {
                sum += new System.Numerics.Complex(real[i], imaginary[i]) * System.Numerics.Complex.FromPolarCoordinates(1, -2 * Math.PI * i * k / Length);
            }

            (expectedReal[k], expectedImaginary[k]) = ((float)sum.Real, (float)sum.Imaginary);
        }

        new FourierTransform(Length).Transform(real, imaginary);
        Close.Equal(expectedReal, real, 1e-5);
        Close.Equal(expectedImaginary, imaginary, 1e-5);
    }

    [Fact]
    public void Stream_comes_back_one_hop_late_whether_turned_back_or_passed_through()
    {
        float[] stream = Sounds.Speech("speech_en")[..(Hop * 40)];
        var spectrum = new ShortTimeSpectrum();
        var power = new float[ShortTimeSpectrum.BinCount];
        float[] gains = Enumerable.Repeat(1f, ShortTimeSpectrum.BinCount).ToArray();
        var back = new float[stream.Length];
        for (int start = 0; start < stream.Length; start += Hop)
        {
            spectrum.Analyze(stream.AsSpan(start, Hop), power);
            if (start / Hop % 3 == 1) spectrum.PassThrough(back.AsSpan(start, Hop));
            else spectrum.Synthesize(gains, back.AsSpan(start, Hop));
        }

        Close.Equal(stream.AsSpan(0, stream.Length - Hop), back.AsSpan(Hop), 1e-6);
    }

    [Fact]
    public void Power_of_noise_is_its_mean_square()
    {
        float[] noise = Sounds.Noise(4, -20);
        var spectrum = new ShortTimeSpectrum();
        var power = new float[ShortTimeSpectrum.BinCount];
        double sum = 0;
        for (int start = 0; start + Hop <= noise.Length; start += Hop)
        {
            spectrum.Analyze(noise.AsSpan(start, Hop), power);
            sum += power.Sum();
        }

        Assert.InRange(10 * Math.Log10(sum / (noise.Length / Hop)), -20.3, -19.7);
    }
}
