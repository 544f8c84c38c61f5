using System.Collections.Concurrent;
using System.Numerics;

namespace VoiceGlm.Audio;

/// <summary>
/// The taps that make each phase of an output from the input. Made once for two rates and a filter and shared by all streams: 24 to 22.05 kHz
/// has 147 phases. Each phase keeps only the taps under its window; the others are zeros there.
/// </summary>
internal sealed class ResamplerKernel
{
    private static readonly ConcurrentDictionary<(SampleRate, SampleRate, ResamplerFilter), ResamplerKernel> s_kernels = new();

    private readonly float[] _taps;
    private readonly int[] _advance;

    private ResamplerKernel(SampleRate input, SampleRate output, ResamplerFilter filter)
    {
        int divisor = (int)BigInteger.GreatestCommonDivisor(input.Hertz, output.Hertz);
        InputStep = input.Hertz / divisor;
        OutputStep = output.Hertz / divisor;
        double cutoff = Math.Min(InputStep, OutputStep) * filter.RollOff;
        Width = (int)Math.Ceiling(filter.ZeroCrossings * InputStep / cutoff);
        TapCount = 2 * Width;
        _taps = new float[OutputStep * TapCount];
        _advance = new int[OutputStep];
        for (int phase = 0; phase < OutputStep; phase++)
        {
            FillTaps(filter, phase, cutoff, _taps.AsSpan(phase * TapCount, TapCount));
            _advance[phase] = FirstTap(phase + 1) - FirstTap(phase);
        }
    }

    /// <summary>Input samples after which the phases come round.</summary>
    public int InputStep { get; }

    /// <summary>Output samples after which the phases come round: the number of phases.</summary>
    public int OutputStep { get; }

    /// <summary>Input samples on either side that an output is made of.</summary>
    public int Width { get; }

    /// <summary>Taps of a phase.</summary>
    public int TapCount { get; }

    /// <summary>Whether both rates are one.</summary>
    public bool IsIdentity => InputStep == OutputStep;

    /// <summary>The kernel of two rates.</summary>
    public static ResamplerKernel Of(SampleRate input, SampleRate output, ResamplerFilter filter) =>
        s_kernels.GetOrAdd((input, output, filter), static key => new ResamplerKernel(key.Item1, key.Item2, key.Item3));

    /// <summary>The taps of a phase.</summary>
    public ReadOnlySpan<float> Taps(int phase) => _taps.AsSpan(phase * TapCount, TapCount);

    /// <summary>How many input samples after the first tap of a phase that of the next one is.</summary>
    public int Advance(int phase) => _advance[phase];

    /// <summary>The input sample, counted from the phase round's first, that the first tap of a phase falls on.</summary>
    public int FirstTap(int phase) => (int)((long)phase * InputStep / OutputStep) + 1 - Width;

    private void FillTaps(ResamplerFilter filter, int phase, double cutoff, Span<float> taps)
    {
        // torchaudio rounds the phase to a 32-bit float, and computes the rest in double.
        double shift = -(float)phase / (float)OutputStep;
        for (int i = 0; i < taps.Length; i++)
        {
            double time = (shift + ((double)(FirstTap(phase) + i) / InputStep)) * cutoff;
            taps[i] = (float)(filter.At(time) * (cutoff / InputStep));
        }
    }
}
