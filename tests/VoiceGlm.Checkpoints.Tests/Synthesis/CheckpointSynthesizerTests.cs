using System.Security.Cryptography;
using System.Text.Json;
using VoiceGlm.Checkpoints.Synthesis;
using VoiceGlm.Testing;

namespace VoiceGlm.Checkpoints.Tests.Synthesis;

public class CheckpointSynthesizerTests
{
    [Fact]
    public void Tiny_checkpoints_are_whole_and_small()
    {
        using var folder = new TemporaryFolder();
        IReadOnlyList<string> written = CheckpointSynthesizer.Synthesize(
            CheckpointProfile.Tiny, CheckpointParts.All, folder.Path, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal([folder["glm-4-voice-tokenizer"], folder["tiny"], folder["glm-4-voice-decoder"]], written);
        string[] files = Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories);
        Assert.True(files.Sum(static file => new FileInfo(file).Length) < 8_000_000);
        Assert.All(
            (string[])[
                "glm-4-voice-tokenizer/config.json", "glm-4-voice-tokenizer/preprocessor_config.json", "glm-4-voice-tokenizer/model.safetensors",
                "tiny/config.json", "tiny/generation_config.json", "tiny/tokenizer.model", "tiny/tokenizer_config.json", "tiny/model.safetensors.index.json",
                "glm-4-voice-decoder/config.yaml", "glm-4-voice-decoder/flow.pt", "glm-4-voice-decoder/hift.pt",
            ],
            file => Assert.Contains(folder[file], files));
        Assert.DoesNotContain(Directory.GetDirectories(folder.Path), static path => path.EndsWith(".partial", StringComparison.Ordinal));
    }

    [Fact]
    public void Index_names_the_shard_of_every_tensor()
    {
        using var folder = new TemporaryFolder();
        string model = CheckpointSynthesizer.Synthesize(
            CheckpointProfile.Tiny, CheckpointParts.LanguageModel, folder.Path, cancellationToken: TestContext.Current.CancellationToken)[0];

        using JsonDocument index = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(model, "model.safetensors.index.json")));
        Dictionary<string, string> shards = index.RootElement.GetProperty("weight_map").EnumerateObject()
            .ToDictionary(static entry => entry.Name, static entry => entry.Value.GetString()!);
        Assert.Equal(CheckpointSynthesizer.TensorsOf(CheckpointProfile.Tiny.LanguageModel).Select(static tensor => tensor.Name).Order(), shards.Keys.Order());
        Assert.True(shards.Values.Distinct().Count() > 1);
        Assert.All(shards, shard =>
        {
            using var file = new SafetensorsFile(Path.Combine(model, shard.Value));
            Assert.Equal("BF16", file.Tensors[shard.Key].ElementType);
        });
    }

    [Fact]
    public void Same_seed_gives_the_same_bytes_and_another_seed_others()
    {
        using var folder = new TemporaryFolder();
        string[] first = HashesOf(folder["first"], seed: 7);
        Assert.Equal(first, HashesOf(folder["second"], seed: 7));
        Assert.NotEqual(first, HashesOf(folder["third"], seed: 8));
    }

    [Fact]
    public void Existing_folder_is_refused_and_left_alone()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["tiny"]);
        File.WriteAllText(folder["tiny/letter.txt"], "keep me");

        IOException exception = Assert.Throws<IOException>(() => CheckpointSynthesizer.Synthesize(
            CheckpointProfile.Tiny, CheckpointParts.All, folder.Path, cancellationToken: TestContext.Current.CancellationToken));

        Assert.Contains(folder["tiny"], exception.Message, StringComparison.Ordinal);
        Assert.Equal([folder["tiny"]], Directory.GetFileSystemEntries(folder.Path));
        Assert.Equal("keep me", File.ReadAllText(folder["tiny/letter.txt"]));
    }

    [Fact]
    public void Too_little_disk_is_told_before_anything_is_written()
    {
        using var folder = new TemporaryFolder();
        CheckpointProfile huge = CheckpointProfile.Tiny with
        {
            LanguageModel = CheckpointProfile.Tiny.LanguageModel with { Width = 1 << 20, VocabularySize = 1 << 30 },
        };

        IOException exception = Assert.Throws<IOException>(() => CheckpointSynthesizer.Synthesize(
            huge, CheckpointParts.LanguageModel, folder.Path, cancellationToken: TestContext.Current.CancellationToken));

        Assert.Contains("of free disk, found", exception.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Cancelled_synthesis_leaves_nothing()
    {
        using var folder = new TemporaryFolder();
        using var cancellation = new CancellationTokenSource();
        var progress = new Told<ConversionProgress>(_ => cancellation.Cancel());

        Assert.Throws<OperationCanceledException>(() => CheckpointSynthesizer.Synthesize(
            CheckpointProfile.Tiny, CheckpointParts.SpeechTokenizer, folder.Path, progress: progress, cancellationToken: cancellation.Token));

        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Progress_ends_at_the_total()
    {
        using var folder = new TemporaryFolder();
        var reports = new List<ConversionProgress>();
        CheckpointSynthesizer.Synthesize(
            CheckpointProfile.Tiny,
            CheckpointParts.SpeechDecoder,
            folder.Path,
            progress: new Told<ConversionProgress>(reports.Add),
            cancellationToken: TestContext.Current.CancellationToken);

        Assert.True(reports.Count > 100);
        Assert.All(reports.Zip(reports.Skip(1)), static pair => Assert.True(pair.First.BytesDone < pair.Second.BytesDone));
        Assert.Equal(reports[^1].BytesTotal, reports[^1].BytesDone);
    }

    private static string[] HashesOf(string output, int seed)
    {
        CheckpointSynthesizer.Synthesize(CheckpointProfile.Tiny, CheckpointParts.All, output, seed);
        return [.. Directory.GetFiles(output, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(static file => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file))))];
    }
}
