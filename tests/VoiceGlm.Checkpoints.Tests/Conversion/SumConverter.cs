using VoiceGlm.Checkpoints.Onnx;
using VoiceGlm.Inference;

namespace VoiceGlm.Checkpoints.Tests.Conversion;

/// <summary>
/// A part whose graph adds a constant vector: <c>sum = x + weight</c>. Its checkpoint is a folder with a file named for the part
/// that holds the constant, and <c>weights.bin</c>, as long as the vector. Whoever asks is told when a graph reads its constant.
/// </summary>
internal sealed class SumConverter(string part, Action<string>? read = null) : IPartConverter
{
    public const int Width = 1 << 16;

    public string Part => part;

    public static string WriteCheckpoint(string folder, string part, float value)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, part), $"{value}");
        File.WriteAllBytes(Path.Combine(folder, "weights.bin"), new byte[Width * sizeof(float)]);
        return folder;
    }

    public static GraphBuilder Graph(string name, float value, Action<string>? read = null)
    {
        var graph = new GraphBuilder(name);
        Edge x = graph.Input("x", OnnxType.Float, "batch", Width);
        Edge weight = graph.Weight(new Weight("weight", [Width], (_, destination) =>
        {
            read?.Invoke(name);
            destination.Fill(value);
        }));
        graph.Output("sum", graph.Add(x, weight), OnnxType.Float, "batch", Width);
        return graph;
    }

    public bool Recognises(string folder) => File.Exists(Path.Combine(folder, part));

    public PartPlan Plan(string folder, TensorSources sources)
    {
        float value = float.Parse(File.ReadAllText(Path.Combine(folder, part)));
        return new PartPlan
        {
            Graphs = [Graph(part, value, read)],
            Files = [(Path.Combine(folder, part), $"{part}.txt")],
            Describe = (manifest, _) => part switch
            {
                ModelParts.SpeechTokenizer => manifest with { SpeechTokenizer = s_tokenizer },
                ModelParts.LanguageModel => manifest with { LanguageModel = s_languageModel },
                _ => manifest,
            },
        };
    }

    private static readonly SpeechTokenizerManifest s_tokenizer = new()
    {
        SampleRate = 1,
        SegmentSamples = 1,
        FftLength = 1,
        HopLength = 1,
        MelBins = 1,
        BlockFrames = 1,
        MelFramesPerEncoderFrame = 1,
        EncoderFramesPerToken = 1,
        Layers = 1,
        Heads = 1,
        HeadSize = 1,
        CodebookSize = 1,
        CausalAttention = false,
        HighestMelHertz = 1,
        LayersBeforePooling = 1,
        LeftContextMelFrames = 0,
    };

    private static readonly LanguageModelManifest s_languageModel = new()
    {
        Layers = 1,
        KeyValueHeads = 1,
        HeadSize = 1,
        VocabularySize = 1,
        ContextLength = 1,
        StopTokenIds = [],
        FirstSpeechTokenId = 1,
        SpeechTokenCount = 1,
        TokenizerFile = "",
        SpecialTokens = new Dictionary<string, int>(),
    };
}
