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
    }

    public ModelFolder Folder { get; }

    internal LanguageModelManifest Manifest => Folder.Manifest.LanguageModel!;

    public void Dispose() => _folder.Dispose();

    internal LanguageModelEngine CreateEngine(int chunk = 256, int slots = 4, int? context = 512) => new(
        Folder, Manifest, new LanguageModelOptions { PrefillChunk = chunk, MaxSessions = slots, ContextLength = context });

    internal static int[] Prompt(string name) => Ids("lm", "prompts", $"{name}.input_ids.npy");

    internal static int[] Ids(params ReadOnlySpan<string> parts) => Array.ConvertAll(Npy.Read<long>(parts).Values, static id => (int)id);
}
