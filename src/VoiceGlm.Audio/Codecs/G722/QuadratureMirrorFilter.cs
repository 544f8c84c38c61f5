namespace VoiceGlm.Audio;

/// <summary>
/// Splits 16 kHz sound into two bands of 8 kHz, or joins them: the 24 taps of ITU-T G.722 (table 11), which are symmetric, as two phases.
/// </summary>
internal sealed class QuadratureMirrorFilter
{
    private const int PhaseTaps = 12;
    private static readonly int[] s_taps = [3, -11, 12, 32, -210, 951, 3876, -805, 362, -156, 53, -11];

    // A pair of samples per step, the newest last.
    private readonly int[] _even = new int[PhaseTaps];
    private readonly int[] _odd = new int[PhaseTaps];

    /// <summary>Takes two samples and gives one of each band.</summary>
    public (int Low, int High) Split(int first, int second)
    {
        (int even, int odd) = Filter(first, second);
        return ((odd + even) >> 14, (odd - even) >> 14);
    }

    /// <summary>Takes one sample of each band and gives two.</summary>
    public (int First, int Second) Join(int low, int high)
    {
        (int even, int odd) = Filter(low + high, low - high);
        return (Pcm16.Saturate(odd >> 11), Pcm16.Saturate(even >> 11));
    }

    /// <summary>Begins again from silence.</summary>
    public void Reset()
    {
        Array.Clear(_even);
        Array.Clear(_odd);
    }

    private (int Even, int Odd) Filter(int first, int second)
    {
        _even.AsSpan(1).CopyTo(_even);
        _odd.AsSpan(1).CopyTo(_odd);
        _even[^1] = first;
        _odd[^1] = second;
        int even = 0;
        int odd = 0;
        for (int i = 0; i < PhaseTaps; i++)
        {
            even += _even[i] * s_taps[i];
            odd += _odd[i] * s_taps[PhaseTaps - 1 - i];
        }

        return (even, odd);
    }
}
