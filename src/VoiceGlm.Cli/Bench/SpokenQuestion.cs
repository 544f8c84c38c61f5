namespace VoiceGlm.Cli;

/// <summary>
/// Says a question without words, as a voice would: pulses of a larynx through the resonances of a mouth, vowel after vowel, with
/// some breath in between and the melody of a question. Voice activity networks take it for speech. 16 kHz; the same at every call.
/// </summary>
/// <remarks>Resonances of the vowels: Peterson and Barney, "Control methods used in a study of the vowels" (1952), men's averages.</remarks>
internal static class SpokenQuestion
{
    private const int Rate = 16_000;
    private const int SyllableSamples = Rate * 200 / 1_000;
    private const int BreathSamples = Rate * 50 / 1_000;

    private static readonly float[] s_bandwidths = [80, 90, 120, 170];

    private static readonly float[][] s_vowels =
    [
        [270, 2290, 3010, 3600], [730, 1090, 2440, 3400], [570, 840, 2410, 3300], [530, 1840, 2480, 3500],
        [300, 870, 2240, 3300], [660, 1720, 2410, 3500], [390, 1990, 2550, 3500], [730, 1090, 2440, 3400],
    ];

    /// <summary>Samples of the question, in [-0.3, 0.3].</summary>
    public static float[] Say()
    {
        var samples = new float[s_vowels.Length * SyllableSamples];
        var random = new Random(1);
        var memory = new (double Last, double Before)[s_bandwidths.Length];
        double phase = 0;
        for (int i = 0; i < samples.Length; i++)
        {
            (int syllable, int at) = Math.DivRem(i, SyllableSamples);
            double progress = (double)i / samples.Length;
            // Falling, then rising: a question. A larynx is never quite steady.
            double pitch = 125 - (25 * progress) + (progress > 0.75 ? 240 * (progress - 0.75) : 0) + (2 * Math.Sin(2 * Math.PI * 5 * i / Rate));
            phase += pitch / Rate;
            if (phase >= 1) phase -= 1;
            double opening = phase < 0.6 ? Math.Sin(Math.PI * phase / 0.6) : 0;
            double breath = (random.NextDouble() * 2) - 1;
            bool voiced = syllable % 3 != 0 || at >= BreathSamples;
            double sound = voiced ? ((opening * opening) - 0.3) + (0.03 * breath) : 0.4 * breath;
            double loudness = 0.35 + (0.65 * Math.Sin(Math.PI * Math.Min(1, (at + 1.0) / SyllableSamples)));
            samples[i] = (float)(loudness * Resound(sound, syllable, at, memory));
        }

        // The lips radiate high sounds better.
        for (int i = samples.Length - 1; i > 0; i--) samples[i] -= 0.95f * samples[i - 1];
        float gain = 0.3f / samples.Max(MathF.Abs);
        return Array.ConvertAll(samples, sample => sample * gain);
    }

    // Two-pole resonances, one after the other; they glide from the vowel before.
    private static double Resound(double sound, int syllable, int at, (double Last, double Before)[] memory)
    {
        double glide = Math.Min(1, (double)at / (SyllableSamples / 3));
        float[] from = s_vowels[Math.Max(0, syllable - 1)];
        float[] to = s_vowels[syllable];
        for (int i = 0; i < memory.Length; i++)
        {
            double frequency = from[i] + (glide * (to[i] - from[i]));
            double radius = Math.Exp(-Math.PI * s_bandwidths[i] / Rate);
            double turn = 2 * radius * Math.Cos(2 * Math.PI * frequency / Rate);
            double output = ((1 - turn + (radius * radius)) * sound) + (turn * memory[i].Last) - (radius * radius * memory[i].Before);
            memory[i] = (output, memory[i].Last);
            sound = output;
        }

        return sound;
    }
}
