using System.Numerics.Tensors;

namespace VoiceGlm.Audio;

/// <summary>
/// Computes the log-mel spectrogram that Whisper's encoder was trained on, frame by frame: each frame as soon as its window of
/// samples is there. Allocates nothing once made. Not thread-safe: it owns its working memory.
/// </summary>
/// <remarks>
/// openai/whisper audio.py: a periodic Hann window, frames centred on every hop, mirrored at both ends, log10 with a floor at
/// 1e-10. The floor that depends on the loudest bin of all frames is <see cref="Normalize"/>'s, since that bin may come last.
/// </remarks>
public sealed class LogMelSpectrogram
{
    /// <summary>log10 of what a bin has at least.</summary>
    public const float Lowest = -10;

    // Bins more than 8 (80 dB) below the loudest are raised to that floor.
    private const float Range = 8;

    private readonly MelFilterBank _filters;
    private readonly RealFourierTransform _transform;
    private readonly int _hop;
    private readonly double[] _window;
    private readonly double[] _samples;
    private readonly float[] _power;

    /// <summary>Prepares a spectrogram.</summary>
    /// <param name="filters">The mel filters; they set the length of the transform.</param>
    /// <param name="hopSamples">Samples from one frame to the next.</param>
    public LogMelSpectrogram(MelFilterBank filters, int hopSamples)
    {
        int length = (filters.SpectrumBins - 1) * 2;
        _filters = filters;
        _hop = hopSamples;
        _transform = new RealFourierTransform(length);
        _window = new double[length];
        for (int i = 0; i < length; i++) _window[i] = (float)(0.5 - (0.5 * Math.Cos(2 * Math.PI * i / length)));
        _samples = new double[length];
        _power = new float[filters.SpectrumBins];
    }

    /// <summary>Number of bins of a frame.</summary>
    public int MelBins => _filters.MelBins;

    /// <summary>Number of first frames that samples yet to come cannot change.</summary>
    /// <param name="sampleCount">Samples that are there.</param>
    public int FinalFrames(int sampleCount)
    {
        // The first frames look past their centre twice: forward, and forward in the mirror.
        int half = _window.Length / 2;
        return sampleCount <= half ? 0 : ((sampleCount - half) / _hop) + 1;
    }

    /// <summary>Writes one frame.</summary>
    /// <param name="samples">The sound from its beginning to at least the end of the frame's window, or to its end.</param>
    /// <param name="length">Length of the whole sound, for the mirror at its end; silence stands between the samples and it. At least half a window and 1.</param>
    /// <param name="frame">Index of the frame, in [0, length ÷ hop).</param>
    /// <param name="mel">Shape [<see cref="MelBins"/>]: log10 of the mel power, at least <see cref="Lowest"/>.</param>
    public void Compute(ReadOnlySpan<float> samples, int length, int frame, Span<float> mel)
    {
        int start = (frame * _hop) - (_window.Length / 2);
        if (start >= 0 && start + _window.Length <= Math.Min(samples.Length, length))
        {
            ReadOnlySpan<float> whole = samples.Slice(start, _window.Length);
            for (int i = 0; i < whole.Length; i++) _samples[i] = whole[i] * _window[i];
        }
        else
        {
            for (int i = 0; i < _window.Length; i++)
            {
                int index = Math.Abs(start + i);
                if (index >= length) index = (2 * (length - 1)) - index;
                _samples[i] = index < samples.Length ? samples[index] * _window[i] : 0;
            }
        }

        _transform.Power(_samples, _power);
        _filters.Apply(_power, mel);
        TensorPrimitives.Max(mel, 1e-10f, mel);
        TensorPrimitives.Log10(mel, mel);
    }

    /// <summary>The floor of a sound: what bins below it are raised to.</summary>
    /// <param name="loudest">The loudest bin of all its frames.</param>
    public static float Floor(float loudest) => loudest - Range;

    /// <summary>Raises bins to the floor and scales them as the encoder expects: (x + 4) ÷ 4.</summary>
    public static void Normalize(ReadOnlySpan<float> mel, float floor, Span<float> normalized)
    {
        TensorPrimitives.Max(mel, floor, normalized);
        TensorPrimitives.Add(normalized, 4f, normalized);
        TensorPrimitives.Divide(normalized, 4f, normalized);
    }
}
