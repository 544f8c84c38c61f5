namespace VoiceGlm.SpeechDecoder;

/// <summary>
/// Holds speech back until a silence, and gives it out up to that silence's end: what the official demo does between decoder
/// and page. For comparison with it only; conversations play speech as it comes. Not thread-safe.
/// </summary>
/// <remarks>
/// GLM-4-Voice audio_process.py, AudioStreamProcessor; levels as librosa.amplitude_to_db(ref=max): relative to the loudest sample
/// held, so that digital silence alone is not silent.
/// </remarks>
internal sealed class DemoSilenceSplitter(SampleRate sampleRate)
{
    private const double SilenceSeconds = 0.1;
    private const float ThresholdDb = -40;
    private const float SmallestPower = 1e-10f;

    private float[] _held = [];

    /// <summary>Samples held back.</summary>
    public int HeldCount => _held.Length;

    /// <summary>Adds speech.</summary>
    /// <param name="speech">Samples in [-1, 1].</param>
    /// <param name="last">Whether the reply ends with it.</param>
    /// <returns>What is to be played now, or <see langword="null"/> while no silence has been heard.</returns>
    public float[]? Append(ReadOnlySpan<float> speech, bool last)
    {
        _held = [.. _held, .. speech];
        int? end = last ? _held.Length : FindEnd();
        if (end is not { } count) return null;
        float[] played = _held[..count];
        _held = _held[count..];
        return played;
    }

    // Where the latest silence that is long enough ends: its last tenth of a second, and on to the next sample that stands out from what follows.
    private int? FindEnd()
    {
        int shortest = (int)(SilenceSeconds * sampleRate.Hertz);
        float loudest = LoudestPowerDb(_held);
        int run = 0;
        for (int i = _held.Length - 1; i >= 0; i--)
        {
            run = PowerDb(_held[i]) - loudest < ThresholdDb ? run + 1 : 0;
            if (run < shortest) continue;
            ReadOnlySpan<float> rest = _held.AsSpan(i);
            float loudestOfRest = LoudestPowerDb(rest);
            int silent = 0;
            while (silent < rest.Length && PowerDb(rest[silent]) - loudestOfRest < ThresholdDb) silent++;
            return i + silent;
        }

        return null;
    }

    private static float LoudestPowerDb(ReadOnlySpan<float> samples)
    {
        float loudest = 0;
        foreach (float sample in samples) loudest = Math.Max(loudest, Math.Abs(sample));
        return PowerDb(loudest);
    }

    private static float PowerDb(float sample) => 10 * MathF.Log10(Math.Max(SmallestPower, sample * sample));
}
