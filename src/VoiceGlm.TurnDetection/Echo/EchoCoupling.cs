using System.Numerics.Tensors;

namespace VoiceGlm.TurnDetection.Echo;

/// <summary>
/// How loud, band by band, the microphone hears what is played: a high quantile of the ratio of the two, followed step by step, so
/// that a person who speaks now and then moves it little. Begins loud (nothing is taken for a person) and comes down. Not thread-safe.
/// </summary>
internal sealed class EchoCoupling
{
    private const float FirstGainDb = 0;
    private const float LowestGainDb = -60;
    private const float HighestGainDb = 12;
    private const float FirstQuantile = 0.5f;
    private const float LastQuantile = 0.8f;
    private const float QuantileMemory = 30;
    private const float FirstStepDb = 4;
    private const float LastStepDb = 0.3f;
    private const float ActiveBelowPeak = 0.003f;
    private const float LeastPower = 1e-9f;
    private const float PeakMemory = 0.998f;
    private const float HeldStep = 0.2f;

    private readonly float[] _gainsDb = new float[Bands.Count];
    private readonly float[] _peaks = new float[Bands.Count];
    private readonly int[] _hops = new int[Bands.Count];

    public EchoCoupling() => Reset();

    /// <summary>Hops in which enough sounded to learn from.</summary>
    public int ActiveHops { get; private set; }

    /// <summary>Turns the power of what was played into that of its echo.</summary>
    /// <param name="echo">Shape [<see cref="ShortTimeSpectrum.BinCount"/>], in place.</param>
    public void Apply(Span<float> echo)
    {
        for (int band = 0; band < Bands.Count; band++)
        {
            Span<float> bins = echo[Bands.AllBinsOf(band)];
            TensorPrimitives.Multiply(bins, MathF.Pow(10, _gainsDb[band] / 10), bins);
        }
    }

    /// <summary>Learns from a hop.</summary>
    /// <param name="played">What was played, as it would be heard without loss.</param>
    /// <param name="heard">What the microphone heard.</param>
    /// <param name="noise">What it hears when nothing sounds.</param>
    /// <param name="hold">Whether a person may be speaking: learn little.</param>
    /// <param name="mayRise">Whether what is heard follows what is played: what does not is no echo.</param>
    public void Learn(ReadOnlySpan<float> played, ReadOnlySpan<float> heard, ReadOnlySpan<float> noise, bool hold, bool mayRise)
    {
        bool active = false;
        for (int band = 0; band < Bands.Count; band++)
        {
            Range bins = Bands.BinsOf(band);
            float playedPower = TensorPrimitives.Sum(played[bins]);
            _peaks[band] = Math.Max(playedPower, _peaks[band] * PeakMemory);
            if (playedPower < Math.Max(LeastPower, _peaks[band] * ActiveBelowPeak)) continue;
            active = true;
            float heardPower = TensorPrimitives.Sum(heard[bins]);
            float step = Math.Max(LastStepDb, FirstStepDb / (1 + (_hops[band] / 4f))) * (hold ? HeldStep : 1);
            float quantile = LastQuantile - ((LastQuantile - FirstQuantile) * MathF.Exp(-_hops[band] / QuantileMemory));
            _hops[band]++;
            float differenceDb = (10 * MathF.Log10((heardPower + 1e-12f) / playedPower)) - _gainsDb[band];

            // What is hardly louder than the noise says only that the echo is no louder.
            if (differenceDb < 0) _gainsDb[band] -= Math.Min(step * (1 - quantile), -differenceDb);
            else if (mayRise && heardPower > 2 * TensorPrimitives.Sum(noise[bins])) _gainsDb[band] += Math.Min(step * quantile, differenceDb);
            _gainsDb[band] = Math.Clamp(_gainsDb[band], LowestGainDb, HighestGainDb);
        }

        if (active) ActiveHops++;
    }

    /// <summary>Learns fast again, from where it is: the delay has changed.</summary>
    public void Restart()
    {
        Array.Clear(_hops);
        ActiveHops = 0;
    }

    public void Reset()
    {
        Restart();
        Array.Fill(_gainsDb, FirstGainDb);
        Array.Clear(_peaks);
    }
}
