using System.Numerics.Tensors;

namespace VoiceGlm.Audio;

/// <summary>Triangular filters, evenly spaced on the mel scale, that sum the bins of a power spectrum. Immutable and thread-safe.</summary>
/// <remarks>The Slaney scale and area normalisation of Malcolm Slaney's Auditory Toolbox (1998), as librosa and Whisper have it.</remarks>
public sealed class MelFilterBank
{
    private const double LinearHertzPerMel = 200.0 / 3;
    private const double LogarithmicFromHertz = 1000;
    private const double LogarithmicFromMel = LogarithmicFromHertz / LinearHertzPerMel;
    private static readonly double s_logarithmicStep = Math.Log(6.4) / 27;

    private readonly (int Start, float[] Weights)[] _filters;

    /// <summary>Computes the filters.</summary>
    /// <param name="sampleRate">Samples per second.</param>
    /// <param name="fftLength">Length of the Fourier transform; the spectrum has half as many bins, and one.</param>
    /// <param name="melBins">Number of filters.</param>
    /// <param name="highestHertz">Upper end of the last filter. The first begins at 0.</param>
    public MelFilterBank(SampleRate sampleRate, int fftLength, int melBins, double highestHertz)
    {
        SpectrumBins = (fftLength / 2) + 1;
        _filters = new (int, float[])[melBins];
        double highestMel = ToMel(highestHertz);
        double Edge(int index) => ToHertz(highestMel * index / (melBins + 1));
        for (int bin = 0; bin < melBins; bin++)
        {
            double low = Edge(bin);
            double centre = Edge(bin + 1);
            double high = Edge(bin + 2);
            var weights = new float[SpectrumBins];
            for (int i = 0; i < weights.Length; i++)
            {
                double hertz = sampleRate.Hertz / 2.0 * i / (SpectrumBins - 1);
                double height = Math.Min((hertz - low) / (centre - low), (high - hertz) / (high - centre));
                weights[i] = (float)(Math.Max(0, height) * 2 / (high - low));
            }

            int start = Array.FindIndex(weights, static weight => weight != 0);
            int end = Array.FindLastIndex(weights, static weight => weight != 0) + 1;
            _filters[bin] = end == 0 ? (0, []) : (start, weights[start..end]);
        }
    }

    /// <summary>Number of bins of the power spectrum.</summary>
    public int SpectrumBins { get; }

    /// <summary>Number of filters.</summary>
    public int MelBins => _filters.Length;

    /// <summary>Sums a power spectrum under each filter.</summary>
    /// <param name="power">Shape [<see cref="SpectrumBins"/>].</param>
    /// <param name="mel">Shape [<see cref="MelBins"/>].</param>
    public void Apply(ReadOnlySpan<float> power, Span<float> mel)
    {
        for (int bin = 0; bin < _filters.Length; bin++)
        {
            (int start, float[] weights) = _filters[bin];
            mel[bin] = TensorPrimitives.Dot(power.Slice(start, weights.Length), weights);
        }
    }

    private static double ToMel(double hertz) => hertz < LogarithmicFromHertz
        ? hertz / LinearHertzPerMel
        : LogarithmicFromMel + (Math.Log(hertz / LogarithmicFromHertz) / s_logarithmicStep);

    private static double ToHertz(double mel) => mel < LogarithmicFromMel
        ? mel * LinearHertzPerMel
        : LogarithmicFromHertz * Math.Exp((mel - LogarithmicFromMel) * s_logarithmicStep);
}
