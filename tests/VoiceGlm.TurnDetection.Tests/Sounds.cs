using VoiceGlm.Audio;
using VoiceGlm.Testing;

namespace VoiceGlm.TurnDetection.Tests;

/// <summary>Sounds to mix: speech of the fixtures, rooms, noise. 16 kHz; the same at every call.</summary>
internal static class Sounds
{
    public const int Rate = 16_000;

    public static float[] Speech(string name) => WaveFile.Read(Repository.Fixture("audio", name + ".wav")).Channel(0).ToArray();

    /// <summary>Speech of another voice, without a long pause.</summary>
    public static float[] Person() => Speech("long_31s")[(int)(15.2 * Rate)..(int)(18.2 * Rate)];

    public static float[] Silence(double seconds) => new float[(int)(seconds * Rate)];

    public static float[] Noise(double seconds, double levelDb, int seed = 7)
    {
        float[] noise = Silence(seconds);
        var random = new Random(seed);
        float amplitude = Amplitude(levelDb) * MathF.Sqrt(3);
        for (int i = 0; i < noise.Length; i++) noise[i] = amplitude * ((2 * random.NextSingle()) - 1);
        return noise;
    }

    /// <summary>A hoarse burst, as of a cough: noise that rises and falls.</summary>
    public static float[] Cough(double seconds, double levelDb)
    {
        float[] cough = Noise(seconds, levelDb, seed: 3);
        for (int i = 0; i < cough.Length; i++) cough[i] *= 1.6f * MathF.Sin(MathF.PI * i / cough.Length);
        return cough;
    }

    /// <summary>Brings the loud part of a sound to a level.</summary>
    public static float[] AtLevel(float[] sound, double levelDb)
    {
        float gain = Amplitude(levelDb) / Loudness(sound);
        return Array.ConvertAll(sound, sample => sample * gain);
    }

    /// <summary>What a microphone hears of a loudspeaker: late, softer, without the lowest and highest, with a room around it (60 dB in 0.3 s).</summary>
    public static float[] Echo(float[] played, int delayMilliseconds, double levelDb)
    {
        const int RoomSamples = 4_000;
        int delay = delayMilliseconds * Rate / 1_000;
        var heard = new float[played.Length + delay + RoomSamples];
        var random = new Random(1);
        for (int i = 0; i < RoomSamples; i += i == 0 ? 80 : 1 + random.Next(60))
        {
            float tap = i == 0 ? 1 : 0.2f * MathF.Pow(10, -3f * i / (0.3f * Rate)) * ((2 * random.NextSingle()) - 1);
            for (int j = 0; j < played.Length; j++) heard[j + delay + i] += tap * played[j];
        }

        float low = 0;
        float high = 0;
        float lowBefore = 0;
        float lowPass = 1 - MathF.Exp(-2 * MathF.PI * 3_500 / Rate);
        float highPass = MathF.Exp(-2 * MathF.PI * 200 / Rate);
        for (int i = 0; i < heard.Length; i++)
        {
            low += lowPass * (heard[i] - low);
            high = highPass * (high + low - lowBefore);
            lowBefore = low;
            heard[i] = high;
        }

        float gain = Amplitude(levelDb) * Loudness(played) / Loudness(heard);
        return Array.ConvertAll(heard, sample => sample * gain);
    }

    public static void Add(float[] sound, float[] to, double atSeconds)
    {
        int at = (int)(atSeconds * Rate);
        for (int i = 0; i < sound.Length && at + i < to.Length; i++) to[at + i] += sound[i];
    }

    public static float Amplitude(double levelDb) => (float)Math.Pow(10, levelDb / 20);

    // The level of the parts that are not pauses, as a telephone engineer measures speech (ITU-T P.56, roughly).
    private static float Loudness(float[] sound)
    {
        const int Block = 320;
        double sum = 0;
        int count = 0;
        for (int start = 0; start + Block <= sound.Length; start += Block)
        {
            double power = 0;
            for (int i = start; i < start + Block; i++) power += sound[i] * sound[i];
            if (power / Block < 1e-5) continue;
            sum += power;
            count += Block;
        }

        return (float)Math.Sqrt(sum / Math.Max(1, count));
    }
}
