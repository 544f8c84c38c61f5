namespace VoiceGlm.TurnDetection.Echo;

/// <summary>The fast Fourier transform of one fixed length, in place. Not thread-safe.</summary>
/// <remarks>Cooley and Tukey 1965, radix 2, decimation in time.</remarks>
internal sealed class FourierTransform
{
    private readonly float[] _cosines;
    private readonly float[] _sines;
    private readonly int[] _reversed;

    /// <param name="length">A power of two.</param>
    public FourierTransform(int length)
    {
        _cosines = new float[length / 2];
        _sines = new float[length / 2];
        for (int i = 0; i < length / 2; i++) (_sines[i], _cosines[i]) = ((float, float))Math.SinCos(-2 * Math.PI * i / length);
        _reversed = new int[length];
        for (int i = 1; i < length; i++) _reversed[i] = (_reversed[i >> 1] >> 1) | ((i & 1) * (length / 2));
    }

    /// <summary>Transforms in place; the inverse, times its length, is the same with the two parts exchanged.</summary>
    /// <param name="real">Shape [length].</param>
    /// <param name="imaginary">Shape [length].</param>
    public void Transform(Span<float> real, Span<float> imaginary)
    {
        for (int i = 0; i < _reversed.Length; i++)
        {
            int j = _reversed[i];
            if (j <= i) continue;
            (real[i], real[j]) = (real[j], real[i]);
            (imaginary[i], imaginary[j]) = (imaginary[j], imaginary[i]);
        }

        for (int half = 1; half < _reversed.Length; half *= 2)
        {
            int step = _cosines.Length / half;
            for (int start = 0; start < _reversed.Length; start += 2 * half)
            {
                Span<float> evenReal = real.Slice(start, half);
                Span<float> evenImaginary = imaginary.Slice(start, half);
                Span<float> oddReal = real.Slice(start + half, half);
                Span<float> oddImaginary = imaginary.Slice(start + half, half);
                for (int i = 0; i < half; i++)
                {
                    float cosine = _cosines[i * step];
                    float sine = _sines[i * step];
                    float turnedReal = (oddReal[i] * cosine) - (oddImaginary[i] * sine);
                    float turnedImaginary = (oddReal[i] * sine) + (oddImaginary[i] * cosine);
                    oddReal[i] = evenReal[i] - turnedReal;
                    oddImaginary[i] = evenImaginary[i] - turnedImaginary;
                    evenReal[i] += turnedReal;
                    evenImaginary[i] += turnedImaginary;
                }
            }
        }
    }
}
