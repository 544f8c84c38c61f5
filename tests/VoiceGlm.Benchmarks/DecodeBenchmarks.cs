using BenchmarkDotNet.Attributes;
using VoiceGlm.Checkpoints;
using VoiceGlm.Checkpoints.Synthesis;
using VoiceGlm.Inference;
using VoiceGlm.LanguageModel;

namespace VoiceGlm.Benchmarks;

/// <summary>
/// What does it bring to answer eight conversations in one step instead of one after the other? Mirrors eight callers who hear
/// their replies at once, 512 tokens into the conversation; real time is 12.5 to 18.75 tokens a second for each.
/// </summary>
/// <remarks>
/// The official PyTorch code on two threads of an AVX-512 server, one layer of glm-4-voice-9b's sizes without its head:
/// 128 tokens read in 249 ms, one token decoded in 44.6 ms.
/// </remarks>
[MemoryDiagnoser]
[InProcess]
[WarmupCount(2)]
[IterationCount(8)]
[InvocationCount(1)]
public class DecodeBenchmarks : IDisposable
{
    private const int Length = 512;

    private string _folder = "";
    private LanguageModelEngine _engine = null!;
    private ConversationContext[] _contexts = [];
    private float[] _logits = [];

    /// <summary>Whose sizes the model has.</summary>
    [Params("8 layers of 1024", "1 layer of 9b")]
    public string Model { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        LanguageModelProfile small = CheckpointProfile.Tiny.LanguageModel;
        LanguageModelProfile large = CheckpointProfile.Glm4Voice9B.LanguageModel;
        LanguageModelProfile profile = Model == "1 layer of 9b"
            ? large with { Layers = 1, RankCount = 320, ReservedCount = 8, SpeechTokenCount = 192, VocabularySize = 544 }
            : small with { Layers = 8, Width = 1024, Heads = 16, KeyValueHeads = 2, HeadSize = 64, FeedForwardWidth = 2816, ShardBytes = long.MaxValue };
        _folder = Directory.CreateTempSubdirectory("voiceglm-").FullName;
        IReadOnlyList<string> checkpoints = CheckpointSynthesizer.Synthesize(
            CheckpointProfile.Tiny with { Name = "decode", LanguageModel = profile }, CheckpointParts.LanguageModel, Path.Combine(_folder, "checkpoints"));
        CheckpointConverter.Convert(checkpoints, Path.Combine(_folder, "model"), progress: null, CancellationToken.None);
        ModelFolder model = ModelFolder.Open(Path.Combine(_folder, "model"));
        _engine = new LanguageModelEngine(model, model.Manifest.LanguageModel!, new LanguageModelOptions { ContextLength = 1024 });
        _logits = new float[8 * _engine.VocabularySize];
        _contexts = [.. Enumerable.Range(0, 8).Select(_ => _engine.CreateContext())];
        foreach (ConversationContext context in _contexts)
        {
            for (int i = 0; i < Length; i++) context.Append(new TokenId(i % 256));
            _engine.Extend(context, [], CancellationToken.None);
        }
    }

    [IterationSetup]
    public void Ready()
    {
        foreach (ConversationContext context in _contexts)
        {
            context.Rewind(Length);
            context.Append(new TokenId(7));
        }
    }

    [Benchmark(Baseline = true)]
    public void Eight_steps_of_one()
    {
        for (int i = 0; i < 8; i++) _engine.Step([_contexts[i]], _logits);
    }

    [Benchmark]
    public void One_step_of_eight() => _engine.Step(_contexts, _logits);

    [Benchmark]
    public void One_step_of_one() => _engine.Step([_contexts[0]], _logits);

    [Benchmark]
    public void Read_128_more()
    {
        for (int i = 1; i < 128; i++) _contexts[0].Append(new TokenId(i));
        _engine.Extend(_contexts[0], _logits, CancellationToken.None);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _engine.Dispose();
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }
}
