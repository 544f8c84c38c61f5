using VoiceGlm.Audio;

namespace VoiceGlm.CallTesting;

/// <summary>
/// How like what was sent is what was heard. Each 40 ms of what was sent are looked for in what was heard, at 16 kHz, and their correlations
/// averaged by energy; where they were found tells the delay.
/// </summary>
/// <param name="Correlation">From -1 to 1.</param>
/// <param name="MedianDelay">Delay that half of the pieces stay within.</param>
/// <param name="LongDelay">Delay that 95 % of the pieces stay within.</param>
public readonly record struct Hearing(double Correlation, TimeSpan MedianDelay, TimeSpan LongDelay)
{
    private static readonly TimeSpan s_longestDelay = TimeSpan.FromMilliseconds(800);
    private static readonly TimeSpan s_near = TimeSpan.FromMilliseconds(40);

    /// <summary>Compares.</summary>
    /// <param name="sent">What was sent.</param>
    /// <param name="heard">What was heard, from the same moment on.</param>
    /// <param name="rate">Of both.</param>
    /// <param name="without">Moments of what was sent that do not count.</param>
    public static Hearing Compare(ReadOnlySpan<float> sent, ReadOnlySpan<float> heard, SampleRate rate, Func<TimeSpan, bool>? without = null)
    {
        float[] from = ToWideband(sent, rate);
        float[] to = ToWideband(heard, rate);
        int piece = SampleRate.Wideband.SamplesIn(TimeSpan.FromMilliseconds(40));
        int longest = SampleRate.Wideband.SamplesIn(s_longestDelay);
        int near = SampleRate.Wideband.SamplesIn(s_near);
        double sum = 0;
        double weights = 0;
        var delays = new List<double>();
        int? last = null;
        for (int start = 0; start + piece <= from.Length; start += piece)
        {
            ReadOnlySpan<float> pattern = from.AsSpan(start, piece);
            double energy = pattern.ToArray().Sum(static sample => (double)sample * sample);
            if (without?.Invoke(SampleRate.Wideband.DurationOf(start)) == true || energy < 1e-4 * piece) continue;
            float likeness = -1;
            int delay = 0;
            if (last is { } known) delay = Find(pattern, to, start, Math.Max(0, known - near), known + near, out likeness);
            if (likeness < 0.8)
            {
                int anywhere = Find(pattern, to, start, 0, longest, out float best);
                if (best > likeness) (delay, likeness) = (anywhere, best);
            }

            sum += energy * likeness;
            weights += energy;
            if (likeness < 0.8) continue;
            last = delay;
            delays.Add((double)delay / SampleRate.Wideband.Hertz);
        }

        delays.Sort();
        return new Hearing(sum / weights, At(delays, 0.5), At(delays, 0.95));
    }

    private static TimeSpan At(List<double> delays, double share) =>
        delays.Count == 0 ? TimeSpan.MaxValue : TimeSpan.FromSeconds(delays[(int)(share * (delays.Count - 1))]);

    private static int Find(ReadOnlySpan<float> pattern, ReadOnlySpan<float> heard, int start, int least, int most, out float likeness)
    {
        int from = start + least;
        int to = Math.Min(heard.Length, start + most + pattern.Length);
        likeness = -1;
        return to - from < pattern.Length ? 0 : least + Similarity.Find(pattern, heard[from..to], out likeness);
    }

    private static float[] ToWideband(ReadOnlySpan<float> sound, SampleRate rate)
    {
        var resampler = new Resampler(rate, SampleRate.Wideband, ResamplerFilter.Flat);
        var output = new float[resampler.OutputCapacity(sound.Length)];
        int written = resampler.Process(sound, output);
        return output[..written];
    }
}
