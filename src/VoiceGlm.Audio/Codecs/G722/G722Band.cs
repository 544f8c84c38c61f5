namespace VoiceGlm.Audio;

/// <summary>
/// One half of the spectrum in G.722: an adaptive quantiser around a predictor of two poles and six zeros. Encoder and decoder
/// keep the same one, fed with the same quantised differences. In integers, to the bit.
/// </summary>
/// <remarks>
/// ITU-T G.722 (09/2012) §3.5 to §3.6 and §4; its names for the steps stand in the comments.
/// </remarks>
internal sealed class G722Band
{
    private const int Zeros = 6;

    // 2^(11 + i/32), rounded: one octave of step sizes.
    private static readonly int[] s_octave = [.. Enumerable.Range(0, 32).Select(static i => (int)Math.Round(2048 * Math.Pow(2, i / 32.0)))];

    private readonly int _smallestStep;
    private readonly int _largestLogStep;
    private readonly int _logStepShift;
    private readonly int[] _zeros = new int[Zeros];
    private readonly int[] _differences = new int[Zeros];
    private int _pole1;
    private int _pole2;
    private int _reconstructed1;
    private int _partial1;
    private int _partial2;
    private int _zeroPrediction;
    private int _logStep;

    /// <summary>Makes a band that has heard nothing.</summary>
    /// <param name="smallestStep">The step of silence.</param>
    /// <param name="largestLogStep">Bound of the step's logarithm (NBL, NBH), in 1/2048 of an octave.</param>
    /// <param name="logStepShift">What makes a step of its logarithm.</param>
    public G722Band(int smallestStep, int largestLogStep, int logStepShift)
    {
        _smallestStep = smallestStep;
        _largestLogStep = largestLogStep;
        _logStepShift = logStepShift;
        Step = smallestStep;
    }

    /// <summary>What the next sample is expected to be.</summary>
    public int Prediction { get; private set; }

    /// <summary>The quantiser's step, in the units of the standard.</summary>
    public int Step { get; private set; }

    /// <summary>Begins again from silence.</summary>
    public void Reset()
    {
        Array.Clear(_zeros);
        Array.Clear(_differences);
        _pole1 = _pole2 = _reconstructed1 = _partial1 = _partial2 = _zeroPrediction = _logStep = 0;
        Prediction = 0;
        Step = _smallestStep;
    }

    /// <summary>A step of the standard's tables in samples of the band: DELTA · table value.</summary>
    public int Scaled(int tableValue) => (Step * tableValue) >> 15;

    /// <summary>Learns from a quantised difference, and from how large its codeword was.</summary>
    public void Adapt(int difference, int logStepChange)
    {
        AdaptStep(logStepChange);
        AdaptPredictor(difference);
    }

    // LOGSCL and SCALEL (LOGSCH and SCALEH).
    private void AdaptStep(int logStepChange)
    {
        _logStep = Math.Clamp(((_logStep * 127) >> 7) + logStepChange, 0, _largestLogStep);
        int mantissa = s_octave[(_logStep >> 6) & 31];
        int shift = _logStepShift - (_logStep >> 11);
        Step = (shift < 0 ? mantissa << -shift : mantissa >> shift) << 2;
    }

    private void AdaptPredictor(int difference)
    {
        int reconstructed = Pcm16.Saturate(Prediction + difference); // RECONS
        int partial = Pcm16.Saturate(_zeroPrediction + difference); // PARREC
        AdaptPoles(partial);
        AdaptZeros(difference);

        // FILTEP
        int polePrediction = Pcm16.Saturate(
            ((_pole1 * Pcm16.Saturate(2 * reconstructed)) >> 15) + ((_pole2 * Pcm16.Saturate(2 * _reconstructed1)) >> 15));
        _reconstructed1 = reconstructed;
        _partial2 = _partial1;
        _partial1 = partial;

        // FILTEZ
        int zeroPrediction = 0;
        for (int i = 0; i < Zeros; i++) zeroPrediction += (_zeros[i] * Pcm16.Saturate(2 * _differences[i])) >> 15;
        _zeroPrediction = Pcm16.Saturate(zeroPrediction);
        Prediction = Pcm16.Saturate(polePrediction + _zeroPrediction); // PREDIC
    }

    private void AdaptPoles(int partial)
    {
        bool likeLast = SameSign(partial, _partial1);

        // UPPOL2
        int push = Pcm16.Saturate(4 * _pole1);
        int pole2 = Math.Min(likeLast ? -push : push, short.MaxValue) >> 7;
        pole2 += (SameSign(partial, _partial2) ? 128 : -128) + ((_pole2 * 32512) >> 15);
        _pole2 = Math.Clamp(pole2, -12288, 12288);

        // UPPOL1, held where the filter stays stable.
        int pole1 = Pcm16.Saturate((likeLast ? 192 : -192) + ((_pole1 * 32640) >> 15));
        int bound = Pcm16.Saturate(15360 - _pole2);
        _pole1 = Math.Clamp(pole1, -bound, bound);
    }

    // UPZERO and DELAYA.
    private void AdaptZeros(int difference)
    {
        int push = difference == 0 ? 0 : 128;
        for (int i = 0; i < Zeros; i++)
        {
            int towards = SameSign(difference, _differences[i]) ? push : -push;
            _zeros[i] = Pcm16.Saturate(towards + ((_zeros[i] * 32640) >> 15));
        }

        _differences.AsSpan(0, Zeros - 1).CopyTo(_differences.AsSpan(1));
        _differences[0] = difference;
    }

    private static bool SameSign(int left, int right) => (left ^ right) >= 0;
}
