using System.Numerics.Tensors;
using VoiceGlm.Inference;

namespace VoiceGlm.SpeechDecoder;

/// <summary>
/// The sines that excite the vocoder: the fundamental and its overtones where speech is voiced, noise where it is not. Phases
/// run on from call to call. Not thread-safe.
/// </summary>
/// <remarks>CosyVoice cosyvoice/hifigan/generator.py, SineGen (neural source-filter, Wang, Takaki and Yamagishi 2019).</remarks>
internal sealed class SineSource
{
    private readonly VocoderManifest _vocoder;
    private readonly int _sampleRate;
    private readonly bool _rounded;
    private readonly double[] _cycles;
    private readonly float[] _phases;

    /// <summary>Creates the source and draws the phases of the overtones; the fundamental begins at zero.</summary>
    /// <param name="vocoder">The vocoder's numbers.</param>
    /// <param name="sampleRate">Samples per second.</param>
    /// <param name="random">Where the phases come from: one number for each sine.</param>
    /// <param name="rounded">
    /// Whether to count cycles as torch's single-precision cumsum does on a CPU, which adds in double precision but rounds each sum
    /// before it is wrapped: exact to the reference, and ever coarser as the signal grows.
    /// </param>
    public SineSource(VocoderManifest vocoder, int sampleRate, TorchRandom random, bool rounded = false)
    {
        _vocoder = vocoder;
        _sampleRate = sampleRate;
        _rounded = rounded;
        _cycles = new double[vocoder.Harmonics + 1];
        _phases = new float[vocoder.Harmonics + 1];
        foreach (ref float phase in _phases.AsSpan()) phase = random.Uniform(-MathF.PI, MathF.PI);
        _phases[0] = 0;
    }

    /// <summary>Number of sines: the fundamental and its overtones.</summary>
    public int Count => _cycles.Length;

    /// <summary>Writes the sines of some frames and moves on past them.</summary>
    /// <param name="hertz">Fundamental frequency of each frame.</param>
    /// <param name="sines">Shape [<see cref="Count"/>, frames·hop]: standard normal noise, which is replaced by the sines.</param>
    public void Process(ReadOnlySpan<float> hertz, Span<float> sines) => Process(hertz, sines, _cycles);

    /// <summary>Writes the sines that would follow, without moving on.</summary>
    public void Peek(ReadOnlySpan<float> hertz, Span<float> sines)
    {
        Span<double> cycles = stackalloc double[_cycles.Length];
        _cycles.CopyTo(cycles);
        Process(hertz, sines, cycles);
    }

    private void Process(ReadOnlySpan<float> hertz, Span<float> sines, Span<double> cycles)
    {
        int hop = _vocoder.HopLength;
        Span<float> sine = stackalloc float[hop];
        for (int row = 0; row < cycles.Length; row++)
        {
            Span<float> samples = sines.Slice(row * hertz.Length * hop, hertz.Length * hop);
            for (int frame = 0; frame < hertz.Length; frame++)
            {
                Span<float> noise = samples.Slice(frame * hop, hop);
                bool voiced = hertz[frame] > _vocoder.VoicedThresholdHertz;
                AddCycles(hertz[frame] * (row + 1) / _sampleRate, ref cycles[row], sine);
                TensorPrimitives.Multiply(noise, voiced ? _vocoder.NoiseDeviation : _vocoder.SineAmplitude / 3, noise);
                if (!voiced) continue;
                TensorPrimitives.Multiply(sine, 2 * MathF.PI, sine);
                TensorPrimitives.Add(sine, _phases[row], sine);
                TensorPrimitives.Sin(sine, sine);
                TensorPrimitives.MultiplyAdd(sine, _vocoder.SineAmplitude, noise, noise);
            }
        }
    }

    // The fraction of a cycle that has passed at each sample.
    private void AddCycles(float step, ref double cycles, Span<float> fractions)
    {
        foreach (ref float fraction in fractions)
        {
            cycles += step;
            fraction = _rounded ? (float)cycles - MathF.Floor((float)cycles) : (float)(cycles - Math.Floor(cycles));
        }

        if (!_rounded) cycles -= Math.Floor(cycles);
    }
}
