namespace VoiceGlm.Audio;

/// <summary>
/// The discrete Fourier transform of real samples, of any even length: 400 has the factors 2 and 5 and is no power of two.
/// Computes in double precision. Not thread-safe: it owns its working memory.
/// </summary>
/// <remarks>
/// A complex transform of half the length over pairs of samples, by the self-sorting algorithm of Stockham for mixed radices
/// (C. Van Loan, Computational Frameworks for the Fast Fourier Transform, 1992).
/// </remarks>
public sealed class RealFourierTransform
{
    private readonly int _half;
    private readonly Stage[] _stages;
    private readonly double[] _cosines;
    private readonly double[] _sines;
    private double[] _real;
    private double[] _imaginary;
    private double[] _nextReal;
    private double[] _nextImaginary;

    /// <summary>Prepares the tables of a length.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The length is not even, or not positive.</exception>
    public RealFourierTransform(int length)
    {
        if (length <= 0 || length % 2 != 0) throw new ArgumentOutOfRangeException(nameof(length), length, "The length must be even.");
        Length = length;
        _half = length / 2;
        _stages = [.. StagesOf(_half)];
        _real = new double[_half];
        _imaginary = new double[_half];
        _nextReal = new double[_half];
        _nextImaginary = new double[_half];
        _cosines = new double[_half + 1];
        _sines = new double[_half + 1];
        for (int bin = 0; bin <= _half; bin++) (_sines[bin], _cosines[bin]) = Math.SinCos(-2 * Math.PI * bin / length);
    }

    /// <summary>Number of samples.</summary>
    public int Length { get; }

    /// <summary>Number of bins: from 0 to half the sample rate, both included.</summary>
    public int BinCount => _half + 1;

    /// <summary>Writes |X|² of each bin.</summary>
    /// <param name="samples">Shape [<see cref="Length"/>].</param>
    /// <param name="power">Shape [<see cref="BinCount"/>].</param>
    public void Power(ReadOnlySpan<double> samples, Span<float> power)
    {
        for (int i = 0; i < _half; i++)
        {
            _real[i] = samples[2 * i];
            _imaginary[i] = samples[(2 * i) + 1];
        }

        foreach (Stage stage in _stages)
        {
            stage.Apply(_real, _imaginary, _nextReal, _nextImaginary);
            (_real, _nextReal) = (_nextReal, _real);
            (_imaginary, _nextImaginary) = (_nextImaginary, _imaginary);
        }

        for (int bin = 0; bin <= _half; bin++)
        {
            // Even samples are in the real, odd ones in the imaginary part: symmetry tells them apart.
            int index = bin % _half;
            int mirror = (_half - index) % _half;
            double evenReal = (_real[index] + _real[mirror]) / 2;
            double evenImaginary = (_imaginary[index] - _imaginary[mirror]) / 2;
            double oddReal = (_imaginary[index] + _imaginary[mirror]) / 2;
            double oddImaginary = (_real[mirror] - _real[index]) / 2;
            double real = evenReal + (oddReal * _cosines[bin]) - (oddImaginary * _sines[bin]);
            double imaginary = evenImaginary + (oddReal * _sines[bin]) + (oddImaginary * _cosines[bin]);
            power[bin] = (float)((real * real) + (imaginary * imaginary));
        }
    }

    private static IEnumerable<Stage> StagesOf(int length)
    {
        int left = length;
        int stride = 1;
        for (int radix = 2; left > 1; radix++)
        {
            while (left % radix == 0)
            {
                // A radix of 4 does the work of two of 2 in one pass.
                int taken = radix == 2 && left % 4 == 0 ? 4 : radix;
                yield return new Stage(taken, left / taken, stride);
                left /= taken;
                stride *= taken;
            }
        }
    }

    /// <summary>One pass: <paramref name="groups"/> × <paramref name="stride"/> small transforms of length <paramref name="radix"/>.</summary>
    private sealed class Stage(int radix, int groups, int stride)
    {
        private readonly (double Real, double Imaginary)[] _weights = Weights(radix, groups);

        public void Apply(double[] real, double[] imaginary, double[] nextReal, double[] nextImaginary)
        {
            int span = stride * groups;
            for (int group = 0; group < groups; group++)
            {
                for (int output = 0; output < radix; output++)
                {
                    ReadOnlySpan<(double Real, double Imaginary)> weights = _weights.AsSpan(((group * radix) + output) * radix, radix);
                    int target = stride * ((radix * group) + output);
                    for (int offset = 0; offset < stride; offset++)
                    {
                        double sumReal = 0;
                        double sumImaginary = 0;
                        int source = offset + (stride * group);
                        foreach ((double weightReal, double weightImaginary) in weights)
                        {
                            double sourceReal = real[source];
                            double sourceImaginary = imaginary[source];
                            sumReal += (sourceReal * weightReal) - (sourceImaginary * weightImaginary);
                            sumImaginary += (sourceReal * weightImaginary) + (sourceImaginary * weightReal);
                            source += span;
                        }

                        nextReal[target + offset] = sumReal;
                        nextImaginary[target + offset] = sumImaginary;
                    }
                }
            }
        }

        private static (double, double)[] Weights(int radix, int groups)
        {
            var weights = new (double, double)[groups * radix * radix];
            int length = groups * radix;
            for (int i = 0; i < weights.Length; i++)
            {
                long group = i / radix / radix;
                long output = i / radix % radix;
                long input = i % radix;
                // exp(−2πi (output · input / radix + group · output / length)), with the exponent reduced to one turn.
                long turns = ((output * input * groups) + (group * output)) % length;
                (double sine, double cosine) = Math.SinCos(-2 * Math.PI * turns / length);
                weights[i] = (cosine, sine);
            }

            return weights;
        }
    }
}
