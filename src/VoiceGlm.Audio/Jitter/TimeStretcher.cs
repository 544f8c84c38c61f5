using System.Numerics.Tensors;

namespace VoiceGlm.Audio;

/// <summary>
/// Makes sound shorter or longer by a pitch period, which is hardly heard: where a voice repeats itself, one repetition is left out or put in.
/// In silence any length will do.
/// </summary>
/// <remarks>W. Verhelst, M. Roelands, An overlap-add technique based on waveform similarity (WSOLA), ICASSP 1993.</remarks>
internal sealed class TimeStretcher(SampleRate rate)
{
    // A voice of 50 to 400 Hz.
    private static readonly TimeSpan s_longestPeriod = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_shortestPeriod = TimeSpan.FromMilliseconds(2.5);

    // Mean square of −46 dB: below, nobody speaks.
    private const float SilentPower = 2.5e-5f;

    private const float LikeEnough = 0.85f;
    private const float LikeEnoughInHaste = 0.4f;

    private readonly int _longest = rate.SamplesIn(s_longestPeriod);
    private readonly int _shortest = rate.SamplesIn(s_shortestPeriod);

    /// <summary>The longest piece that is put in.</summary>
    public int LongestPeriod => _longest;

    /// <summary>Leaves a period out, if there is one.</summary>
    /// <param name="sound">What will be heard next; the beginning joins what was heard before, the end what follows.</param>
    /// <param name="most">Samples to leave out at most.</param>
    /// <param name="inHaste">Whether to accept a worse likeness.</param>
    /// <returns>How many samples of <paramref name="sound"/> are left.</returns>
    public int Shorten(Span<float> sound, int most, bool inHaste)
    {
        int period = FindPeriod(sound, most, inHaste);
        for (int i = 0; i < period; i++) sound[i] = float.Lerp(sound[i], sound[period + i], (i + 0.5f) / period);
        sound[(2 * period)..].CopyTo(sound[period..]);
        return sound.Length - period;
    }

    /// <summary>Puts a period in, if there is one.</summary>
    /// <param name="sound">What will be heard next, with room behind it for <see cref="LongestPeriod"/>.</param>
    /// <param name="length">Samples of it.</param>
    /// <param name="most">Samples to put in at most.</param>
    /// <returns>How many samples there are now.</returns>
    public int Lengthen(Span<float> sound, int length, int most)
    {
        int period = FindPeriod(sound[..length], most, inHaste: false);
        sound[period..length].CopyTo(sound[(2 * period)..]);
        for (int i = 0; i < period; i++) sound[period + i] = float.Lerp(sound[(2 * period) + i], sound[i], (i + 0.5f) / period);
        return length + period;
    }

    // 0 when there is none.
    private int FindPeriod(ReadOnlySpan<float> sound, int most, bool inHaste)
    {
        int longest = Math.Min(Math.Min(_longest, most), sound.Length / 2);
        if (longest < _shortest) return 0;
        if (TensorPrimitives.SumOfSquares(sound) < SilentPower * sound.Length) return longest;
        int compared = sound.Length - longest;
        int period = _shortest + Similarity.Find(sound[..compared], sound[_shortest..(longest + compared)], out float likeness);
        return likeness < (inHaste ? LikeEnoughInHaste : LikeEnough) ? 0 : period;
    }
}
