namespace VoiceGlm.Checkpoints.SpeechDecoder;

/// <summary>
/// The sums that make <paramref name="Tile"/> neighbouring values of a convolution from products, one per point instead of one
/// per value and weight: a polynomial is known by its values at as many points as it has coefficients (Toom 1963, Cook 1966).
/// </summary>
/// <param name="Tile">Values at a time.</param>
/// <param name="Piece">Weights of the convolution.</param>
/// <remarks>
/// The points are 0, pairs ±p and, last, ∞. Of small fractions these lose the fewest digits for six values and kernels of three to
/// seven: a convolution of unit size is off by 8e-7 to 4e-6, where the plain sum is off by 2e-7.
/// </remarks>
internal readonly record struct ToomCook(int Tile, int Piece)
{
    private static readonly double[] s_points = [0, 1, -1, 0.4, -0.4, 2.5, -2.5, 0.75, -0.75, 4.0 / 3, -4.0 / 3];

    /// <summary>Products for each tile.</summary>
    public int Points => Tile + Piece - 1;

    /// <summary>Which of the points is 1, where a product counts for every value.</summary>
    public const int One = 1;

    /// <summary>The weights of a tile's inputs, <see cref="Points"/> of them, in the sum that a point's product takes.</summary>
    /// <remarks>Coefficients of the polynomial that vanishes at all other points.</remarks>
    public double[] OfInput(int point)
    {
        double[] polynomial = [1];
        for (int i = 0; i < Points - 1; i++)
        {
            if (i == point) continue;
            var next = new double[polynomial.Length + 1];
            for (int j = 0; j < polynomial.Length; j++)
            {
                next[j + 1] += polynomial[j];
                next[j] -= s_points[i] * polynomial[j];
            }

            polynomial = next;
        }

        Array.Resize(ref polynomial, Points);
        return polynomial;
    }

    /// <summary>The weights of the kernel's weights, <see cref="Piece"/> of them, in the sum that a point's product takes.</summary>
    public double[] OfKernel(int point)
    {
        var weights = new double[Piece];
        if (point == Points - 1)
        {
            weights[^1] = 1;
            return weights;
        }

        double product = 1;
        for (int i = 0; i < Points - 1; i++) product *= i == point ? 1 : s_points[point] - s_points[i];
        for (int i = 0; i < Piece; i++) weights[i] = Math.Pow(s_points[point], i) / product;
        return weights;
    }

    /// <summary>The weight of a point's product in a value of the tile.</summary>
    public double OfProducts(int value, int point) => point < Points - 1 ? Math.Pow(s_points[point], value) : value == Tile - 1 ? 1 : 0;
}
