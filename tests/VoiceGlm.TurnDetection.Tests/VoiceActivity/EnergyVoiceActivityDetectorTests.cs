namespace VoiceGlm.TurnDetection.Tests.VoiceActivity;

public sealed class EnergyVoiceActivityDetectorTests
{
    private const int Window = TurnDetection.VoiceActivity.WindowSamples;

    [Theory]
    [InlineData("speech_en", -60, 0.6)]
    [InlineData("speech_zh", -60, 0.6)]
    [InlineData("speech_zh", -45, 0.45)]
    public void Detector_hears_speech_over_noise(string sound, double noiseDb, double least)
    {
        float[] speech = Sounds.AtLevel(Sounds.Speech(sound), -23);
        float[] heard = Sounds.Noise(1 + ((double)speech.Length / Sounds.Rate) + 1, noiseDb);
        Sounds.Add(speech, heard, 1);
        bool[] spoken = Hear(heard);
        Assert.DoesNotContain(true, spoken[..30]);
        Assert.InRange(spoken[32..^32].Count(static speaks => speaks) / (double)(spoken.Length - 64), least, 1);
        Assert.DoesNotContain(true, spoken[^25..]);
    }

    [Fact]
    public void Floor_follows_a_fan_that_is_switched_on_within_three_seconds()
    {
        float[] heard = [.. Sounds.Noise(1, -60), .. Sounds.Noise(4, -35)];
        bool[] spoken = Hear(heard);
        Assert.DoesNotContain(true, spoken[125..]);
    }

    [Fact]
    public void Second_use_equals_first()
    {
        using var detector = new EnergyVoiceActivityDetector();
        float[] speech = Sounds.Speech("speech_en");
        float first = detector.Process(speech.AsSpan(16_000, Window));
        detector.Process(speech.AsSpan(20_000, Window));
        detector.Reset();
        Assert.Equal(first, detector.Process(speech.AsSpan(16_000, Window)));
    }

    private static bool[] Hear(float[] sound)
    {
        using var detector = new EnergyVoiceActivityDetector();
        var spoken = new bool[sound.Length / Window];
        for (int i = 0; i < spoken.Length; i++) spoken[i] = detector.Process(sound.AsSpan(i * Window, Window)) > 0.5f;
        return spoken;
    }
}
