namespace VoiceGlm.Checkpoints.SpeechDecoder;

/// <summary>The short-time Fourier transform with a Hann window, forth and back, as kernels of convolutions.</summary>
/// <remarks>torch.stft and torch.istft with <c>scipy.signal.get_window("hann", n, fftbins=True)</c>.</remarks>
internal static class ShortTimeFourier
{
    /// <summary>Kernels that give real then imaginary parts: [length + 2, length].</summary>
    public static float[] Analysis(int length)
    {
        int bins = (length / 2) + 1;
        float[] window = Window(length);
        var kernels = new float[2 * bins * length];
        for (int bin = 0; bin < bins; bin++)
        {
            for (int i = 0; i < length; i++)
            {
                (double sine, double cosine) = Math.SinCos(Angle(bin, i, length));
                kernels[(bin * length) + i] = (float)(window[i] * cosine);
                kernels[((bins + bin) * length) + i] = (float)(-window[i] * sine);
            }
        }

        return kernels;
    }

    /// <summary>Kernels that give the windowed inverse, overlapping columns added up: [hop, length + 2, columns that overlap].</summary>
    public static float[] Synthesis(int length, int hop)
    {
        int bins = (length / 2) + 1;
        float[] window = Window(length);
        int overlaps = (length + hop - 1) / hop;
        var kernels = new float[hop * 2 * bins * overlaps];
        for (int i = 0; i < length; i++)
        {
            int tap = overlaps - 1 - (i / hop);
            for (int bin = 0; bin < bins; bin++)
            {
                // Every bin but the first and the last stands for its mirror image too, and those two have no imaginary part.
                bool single = bin == 0 || bin == bins - 1;
                double scale = (single ? 1.0 : 2.0) / length * window[i];
                (double sine, double cosine) = Math.SinCos(Angle(bin, i, length));
                int row = i % hop * 2 * bins;
                kernels[((row + bin) * overlaps) + tap] = (float)(scale * cosine);
                kernels[((row + bins + bin) * overlaps) + tap] = single ? 0 : (float)(-scale * sine);
            }
        }

        return kernels;
    }

    /// <summary>Kernels that add up the squared windows of overlapping columns: [hop, columns that overlap].</summary>
    public static float[] SquaredWindow(int length, int hop)
    {
        float[] window = Window(length);
        int overlaps = (length + hop - 1) / hop;
        var kernels = new float[hop * overlaps];
        for (int i = 0; i < length; i++) kernels[(i % hop * overlaps) + overlaps - 1 - (i / hop)] = window[i] * window[i];
        return kernels;
    }

    private static float[] Window(int length) =>
        [.. Enumerable.Range(0, length).Select(i => (float)(0.5 - (0.5 * Math.Cos(2 * Math.PI * i / length))))];

    private static double Angle(int bin, int i, int length) => 2 * Math.PI * (bin * i % length) / length;
}
