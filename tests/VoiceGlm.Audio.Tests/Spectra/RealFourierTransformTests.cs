using System.Numerics;
using VoiceGlm.Testing;

namespace VoiceGlm.Audio.Tests.Spectra;

public sealed class RealFourierTransformTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(6)]
    [InlineData(16)]
    [InlineData(98)]
    [InlineData(240)]
    [InlineData(400)]
    [InlineData(1_024)]
    [InlineData(2 * 3 * 5 * 7 * 11)]
    public void Power_equals_the_definition_for_any_even_length(int length)
    {
        var random = new Random(length);
        double[] samples = [.. Enumerable.Range(0, length).Select(_ => random.NextDouble() - 0.5)];
        var expected = new float[(length / 2) + 1];
        for (int bin = 0; bin < expected.Length; bin++)
        {
            Complex sum = Complex.Zero;
            for (int i = 0; i < length; i++) sum += samples[i] * Complex.FromPolarCoordinates(1, -2 * Math.PI * ((long)bin * i % length) / length);
            expected[bin] = (float)((sum.Real * sum.Real) + (sum.Imaginary * sum.Imaginary));
        }

        var power = new float[expected.Length];
        var transform = new RealFourierTransform(length);
        for (int use = 0; use < 2; use++)
        {
            transform.Power(samples, power);
            Close.Equal(expected, power, 1e-5);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public void Transform_refuses_a_length_that_is_not_even(int length) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new RealFourierTransform(length));
}
