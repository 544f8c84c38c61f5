using VoiceGlm.Checkpoints;
using VoiceGlm.Inference;
using VoiceGlm.Testing;

[assembly: AssemblyFixture(typeof(VoiceGlm.LanguageModel.Tests.GoldenModel))]

namespace VoiceGlm.LanguageModel.Tests;

/// <summary>The golden language model, converted once for all tests.</summary>
public sealed class GoldenModel : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public GoldenModel()
    {
        CheckpointConverter.Convert([Repository.Fixture("lm", "model")], _folder["model"], progress: null, CancellationToken.None);
        Folder = ModelFolder.Open(_folder["model"]);
        Device = new InferenceDevice();
        Model = LoadModel();
    }

    public ModelFolder Folder { get; }

    public InferenceDevice Device { get; }

    /// <summary>The model with greedy sampling and 8 places.</summary>
    public GlmVoiceModel Model { get; }

    internal LanguageModelManifest Manifest => Folder.Manifest.LanguageModel!;

    public void Dispose()
    {
        Device.Dispose();
        Model.Dispose();
        _folder.Dispose();
    }

    public GlmVoiceModel LoadModel(int chunk = 256, int slots = 8, int? context = 1024) => GlmVoiceModel.Load(
        Folder,
        Device,
        Options(chunk, slots, context) with { Sampling = SamplingOptions.Greedy, MaxNewTokens = 400 });

    internal LanguageModelEngine CreateEngine(int chunk = 256, int slots = 4, int? context = 512) => new(
        Folder, Manifest, Options(chunk, slots, context));

    internal static ReadOnlySpan<TokenId> Prompt(string name) => Ids("lm", "prompts", $"{name}.input_ids.npy");

    internal static TokenId[] Ids(params ReadOnlySpan<string> parts) =>
        Array.ConvertAll(Npy.Read<long>(parts).Values, static id => new TokenId((int)id));

    // Tests run beside one another: one thread each.
    private static LanguageModelOptions Options(int chunk, int slots, int? context) =>
        new() { PrefillChunk = chunk, MaxSessions = slots, ContextLength = context, Graph = new GraphOptions { Threads = 1 } };
}
