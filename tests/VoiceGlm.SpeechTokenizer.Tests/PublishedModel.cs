using VoiceGlm.Audio;
using VoiceGlm.Checkpoints;
using VoiceGlm.Inference;
using VoiceGlm.Testing;

namespace VoiceGlm.SpeechTokenizer.Tests;

/// <summary>The tokenizer of the fixtures, converted once for all tests of a class.</summary>
public sealed class PublishedModel : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public PublishedModel()
        : this("model")
    {
    }

    internal PublishedModel(string layout)
    {
        CheckpointConverter.Convert([Repository.Fixture("tokenizer", layout)], _folder["model"], progress: null, TestContext.Current.CancellationToken);
        Factory = WhisperVqTokenizerFactory.Load(ModelFolder.Open(_folder["model"]), Device, new GraphOptions { Threads = 2 });
    }

    internal WhisperVqTokenizerFactory Factory { get; }

    internal InferenceDevice Device { get; } = new();

    public static IEnumerable<string> RecordingNames =>
        Directory.GetFiles(Repository.Fixture("audio"), "*.wav").Select(static path => Path.GetFileNameWithoutExtension(path));

    internal static WaveFile Recording(string name) => WaveFile.Read(Repository.Fixture("audio", name + ".wav"));

    internal static float[] Resampled(string name)
    {
        WaveFile wave = Recording(name);
        var resampler = new Resampler(wave.SampleRate, SampleRate.Wideband);
        var samples = new float[resampler.OutputCapacity(wave.SampleCount)];
        resampler.Tail(samples.AsSpan(resampler.Process(wave.Channel(0).Span, samples)));
        return samples;
    }

    internal static int[] Tokens(string name) => [.. Npy.Read<long>("tokenizer", "tokens", name + ".npy").Values.Select(static id => (int)id)];

    public void Dispose()
    {
        Factory.Dispose();
        Device.Dispose();
        _folder.Dispose();
    }
}
