using VoiceGlm.Testing;

namespace VoiceGlm.TurnDetection.Tests.VoiceActivity;

public sealed class SileroVoiceActivityDetectorTests
{
    private const int Window = TurnDetection.VoiceActivity.WindowSamples;

    [Theory]
    [InlineData("speech_en", 0.8, 1)]
    [InlineData("speech_zh", 0.85, 1)]
    [InlineData("noise", 0, 0)]
    [InlineData("silence", 0, 0)]
    [InlineData("tone", 0, 0.1)]
    public void Detector_tells_speech_from_noise_tones_and_silence(string sound, double least, double most)
    {
        using SileroVoiceActivityDetector detector = Kinds.LoadedNetwork.CreateDetector();
        float[] probabilities = Hear(detector, Sounds.Speech(sound));
        double speech = probabilities.Count(static probability => probability > 0.5f) / (double)probabilities.Length;
        Assert.InRange(speech, least, most);
    }

    [Fact]
    public void Second_use_equals_first()
    {
        using SileroVoiceActivityDetector detector = Kinds.LoadedNetwork.CreateDetector();
        float[] speech = Sounds.Speech("speech_en")[..(Window * 31)];
        float[] first = Hear(detector, speech);
        detector.Reset();
        Close.Equal(first, Hear(detector, speech), 0);
    }

    [Fact]
    public void Detectors_of_two_streams_share_weights_and_nothing_else()
    {
        using SileroVoiceActivityDetector one = Kinds.LoadedNetwork.CreateDetector();
        using SileroVoiceActivityDetector other = Kinds.LoadedNetwork.CreateDetector();
        float[] english = Sounds.Speech("speech_en");
        float[] chinese = Sounds.Speech("speech_zh");
        float[] alone = Hear(one, english);
        one.Reset();
        var together = new float[alone.Length];
        for (int i = 0; i < together.Length; i++)
        {
            together[i] = one.Process(english.AsSpan(i * Window, Window));
            other.Process(chinese.AsSpan(i * Window, Window));
        }

        Close.Equal(alone, together, 0);
    }

    [Fact]
    public void Window_of_another_length_is_refused()
    {
        using SileroVoiceActivityDetector detector = Kinds.LoadedNetwork.CreateDetector();
        Assert.Throws<ArgumentException>(() => detector.Process(new float[Window - 1]));
    }

    [Fact]
    public void Network_that_is_missing_or_broken_is_named()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains(folder["none.onnx"], Assert.Throws<ModelLoadException>(() => SileroNetwork.Load(folder["none.onnx"])).Message, StringComparison.Ordinal);
        File.WriteAllText(folder["text.onnx"], "no network");
        Assert.Contains(folder["text.onnx"], Assert.Throws<ModelLoadException>(() => SileroNetwork.Load(folder["text.onnx"])).Message, StringComparison.Ordinal);
    }

    private static float[] Hear(SileroVoiceActivityDetector detector, float[] sound)
    {
        var probabilities = new float[sound.Length / Window];
        for (int i = 0; i < probabilities.Length; i++) probabilities[i] = detector.Process(sound.AsSpan(i * Window, Window));
        return probabilities;
    }
}
