using VoiceGlm.Inference;
using VoiceGlm.Testing;

namespace VoiceGlm.Checkpoints.Tests.Conversion;

public class CheckpointOriginTests
{
    private const string Commit = "a5f2404e63c84e92f5238908e1706316324ebafa";

    [Fact]
    public void Snapshot_of_a_cache_tells_repository_and_commit()
    {
        using var folder = new TemporaryFolder();
        string snapshot = Directory.CreateDirectory(folder[$"models--zai-org--glm-4-voice-tokenizer/snapshots/{Commit}"]).FullName;
        Assert.Equal(new ModelSource("zai-org/glm-4-voice-tokenizer", Commit, "unknown"), Origin(snapshot + "/"));
    }

    [Fact]
    public void Download_tells_its_commit_in_its_metadata()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["tokenizer/.cache/huggingface/download"]);
        File.WriteAllText(folder["tokenizer/.cache/huggingface/download/config.json.metadata"], $"{Commit}\n0123\n1700000000.0\n");
        Assert.Equal(new ModelSource("tokenizer", Commit, "unknown"), Origin(folder["tokenizer"]));
    }

    [Fact]
    public void Folder_without_commit_is_named_by_a_digest_of_its_configuration()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["config.json"], "{}");
        string first = Origin(folder.Path).Revision;
        string again = Origin(folder.Path).Revision;
        File.WriteAllText(folder["config.json"], "[]");

        Assert.StartsWith("sha256:", first, StringComparison.Ordinal);
        Assert.Equal(first, again);
        Assert.NotEqual(first, Origin(folder.Path).Revision);
    }

    [Fact]
    public void Manifest_joins_what_its_parts_say()
    {
        using var folder = new TemporaryFolder();
        ModelManifest manifest = SumModel.Convert(folder, ModelParts.LanguageModel, 1, folder["model"]) with
        {
            Sources = new Dictionary<string, ModelSource> { ["a"] = new("x", "2", "mit"), ["b"] = new("y", "1", "mit") },
        };
        manifest.Write(folder["model"]);

        Assert.Equal("1, 2", manifest.Revision);
        Assert.Equal("mit", manifest.License);
        Assert.Contains("\"license\": \"mit\"", File.ReadAllText(folder["model/manifest.json"]), StringComparison.Ordinal);
        Assert.Equal("1, 2", ModelManifest.Read(folder["model"]).Revision);
    }

    private static ModelSource Origin(string folder) => CheckpointOrigin.Read(folder, ModelCard.Read(folder));
}
