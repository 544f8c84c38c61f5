using VoiceGlm.Audio;
using VoiceGlm.Checkpoints;
using VoiceGlm.Inference;
using VoiceGlm.Testing;

namespace VoiceGlm.SpeechTokenizer.Tests;

/// <summary>The tokenizer of the fixtures, converted once for all tests of a class.</summary>
public sealed class PublishedModel : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly InferenceDevice _device = new();

    public PublishedModel()
        : this("model")
    {
    }

    internal PublishedModel(string layout)
    {
        CheckpointConverter.Convert([Repository.Fixture("tokenizer", layout)], _folder["model"], progress: null, TestContext.Current.CancellationToken);
        Factory = WhisperVqTokenizerFactory.Load(ModelFolder.Open(_folder["model"]), _device, new GraphOptions { Threads = 2 });
    }

    internal WhisperVqTokenizerFactory Factory { get; }

    public static IEnumerable<string> RecordingNames =>
        Directory.GetFiles(Repository.Fixture("audio"), "*.wav").Select(static path => Path.GetFileNameWithoutExtension(path));

    internal static WaveFile Recording(string name) => WaveFile.Read(Repository.Fixture("audio", name + ".wav"));

    internal static int[] Tokens(string name) => [.. Npy.Read<long>("tokenizer", "tokens", name + ".npy").Values.Select(static id => (int)id)];

    public void Dispose()
    {
        Factory.Dispose();
        _device.Dispose();
        _folder.Dispose();
    }
}
