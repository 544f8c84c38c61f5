using VoiceGlm.Checkpoints.SpeechDecoder;

namespace VoiceGlm.Checkpoints.Tests.SpeechDecoder;

public sealed class ToomCookTests
{
    [Theory]
    [InlineData(6, 2)]
    [InlineData(6, 3)]
    [InlineData(6, 5)]
    [InlineData(6, 6)]
    [InlineData(6, 7)]
    [InlineData(4, 4)]
    [InlineData(1, 3)]
    public void Sums_of_products_are_the_values_of_the_convolution(int tile, int piece)
    {
        var sums = new ToomCook(tile, piece);
        var random = new Random(3);
        double[] inputs = [.. Enumerable.Range(0, sums.Points).Select(_ => random.NextDouble() - 0.5)];
        double[] kernel = [.. Enumerable.Range(0, piece).Select(_ => random.NextDouble() - 0.5)];
        double[] products = [.. Enumerable.Range(0, sums.Points).Select(point => Dot(sums.OfInput(point), inputs) * Dot(sums.OfKernel(point), kernel))];
        for (int value = 0; value < tile; value++)
        {
            double sum = products.Select((product, point) => sums.OfProducts(value, point) * product).Sum();
            Assert.Equal(Dot(inputs[value..(value + piece)], kernel), sum, 1e-11);
        }
    }

    [Fact]
    public void What_is_added_at_the_point_one_is_added_to_every_value() =>
        Assert.All(Enumerable.Range(0, 6), value => Assert.Equal(1, new ToomCook(6, 7).OfProducts(value, ToomCook.One)));

    private static double Dot(double[] left, double[] right) => left.Zip(right, static (a, b) => a * b).Sum();
}
