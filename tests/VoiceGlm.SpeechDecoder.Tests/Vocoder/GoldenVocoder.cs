using VoiceGlm.Checkpoints;
using VoiceGlm.Checkpoints.Onnx;
using VoiceGlm.Checkpoints.SpeechDecoder;
using VoiceGlm.Inference;
using VoiceGlm.Testing;

namespace VoiceGlm.SpeechDecoder.Tests;

/// <summary>The vocoder of the golden vectors, converted once for all tests of a class.</summary>
public sealed class GoldenVocoder : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public GoldenVocoder()
    {
        ConfigNode configuration = ConfigNode.ReadYaml(Repository.Fixture("flow", "model", "config.yaml"));
        using var weights = new SafetensorsFile(Repository.Fixture("flow", "model", "hift.safetensors"));
        Hift = Convert(configuration.Child("hift"), weights, _folder["model"], configuration.Integer("sample_rate"));
    }

    internal HiftVocoder Hift { get; }

    /// <summary>Loads the same vocoder to run on several threads.</summary>
    internal HiftVocoder Load(int threads) => new(ModelFolder.Open(_folder["model"]), new GraphOptions { Threads = threads });

    public void Dispose()
    {
        Hift.Dispose();
        _folder.Dispose();
    }

    /// <summary>Converts a vocoder alone, into a model folder whose flow is left blank, and loads it.</summary>
    internal static HiftVocoder Convert(ConfigNode hift, TensorSource weights, string folder, int sampleRate)
    {
        using var writer = new ModelFolderWriter(folder, progress: null);
        (IReadOnlyList<GraphBuilder> graphs, VocoderManifest vocoder) = HiftGraphs.Build(hift, weights);
        foreach (GraphBuilder graph in graphs) writer.AddGraph(graph, "", CancellationToken.None);
        var flow = new FlowManifest
        {
            CodebookSize = 0,
            TokenRate = 0,
            MelBins = vocoder.MelBins,
            EncoderBlockTokens = 0,
            Steps = 0,
            GuidanceRate = 0,
            SpeakerEmbeddingSize = 0,
        };
        writer.Commit(
            new ModelManifest
            {
                Format = ModelManifest.CurrentFormat,
                Name = "vocoder",
                Sources = new Dictionary<string, ModelSource>(),
                Graphs = new Dictionary<string, GraphDescription>(),
                Files = [],
                SpeechDecoder = new SpeechDecoderManifest { SampleRate = sampleRate, Flow = flow, Vocoder = vocoder },
            },
            CancellationToken.None);
        return new HiftVocoder(ModelFolder.Open(folder), new GraphOptions { Threads = 1 });
    }
}
