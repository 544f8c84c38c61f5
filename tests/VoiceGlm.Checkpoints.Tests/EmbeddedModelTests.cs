using System.Security.Cryptography;
using VoiceGlm.Checkpoints.Synthesis;
using VoiceGlm.Inference;
using VoiceGlm.Testing;

namespace VoiceGlm.Checkpoints.Tests;

public sealed class EmbeddedModelTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _checkpoint;
    private readonly ModelCache _cache;

    public EmbeddedModelTests()
    {
        _checkpoint = _folder["checkpoint"];
        _cache = new ModelCache(_folder["cache"]);
        CheckpointSynthesizer.Synthesize(CheckpointProfile.Tiny, CheckpointParts.All, _checkpoint, cancellationToken: TestContext.Current.CancellationToken);
        IEnumerable<string> lines = Directory.EnumerateFiles(_checkpoint, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(file => $"{Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)))}  {Path.GetRelativePath(_checkpoint, file).Replace('\\', '/')}\n");
        File.WriteAllText(Path.Combine(_checkpoint, ChecksumFile.Name), string.Concat(lines));
    }

    [Fact]
    public void Model_is_converted_once_and_then_found()
    {
        ModelFolder first = Open();
        DateTime written = File.GetLastWriteTimeUtc(first.PathOf(ModelManifest.FileName));
        ModelFolder second = Open();
        Assert.Equal(EmbeddedModel.Name, first.Manifest.Name);
        Assert.Equal(first.Path, second.Path);
        Assert.Equal(written, File.GetLastWriteTimeUtc(second.PathOf(ModelManifest.FileName)));
        Assert.Empty(Directory.EnumerateDirectories(_folder["cache"], "making-*"));
    }

    [Fact]
    public void Starts_at_the_same_time_find_the_same_model()
    {
        var models = new ModelFolder[3];
        Parallel.For(0, models.Length, i => models[i] = Open());
        Assert.All(models, model => Assert.Equal(models[0].Path, model.Path));
    }

    [Fact]
    public void Damaged_checkpoint_is_named()
    {
        string weights = Directory.EnumerateFiles(_checkpoint, "*.safetensors", SearchOption.AllDirectories).First();
        using (FileStream stream = File.Open(weights, FileMode.Open))
        {
            stream.Position = stream.Length - 1;
            stream.WriteByte(0x7f);
        }

        string message = Assert.Throws<ModelLoadException>(Open).Message;
        Assert.Contains(weights, message, StringComparison.Ordinal);
        Assert.Contains("damaged", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tiny/config.json")]
    [InlineData(ChecksumFile.Name)]
    public void Missing_file_is_named(string file)
    {
        string path = Directory.EnumerateFiles(_checkpoint, Path.GetFileName(file), SearchOption.AllDirectories).First();
        File.Delete(path);
        Assert.Contains(path, Assert.Throws<ModelLoadException>(Open).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_checkpoint_is_named()
    {
        Directory.Delete(_checkpoint, recursive: true);
        Assert.Contains(_checkpoint, Assert.Throws<ModelLoadException>(Open).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef  ../../etc/passwd")]
    public void Checksums_that_are_none_are_refused(string line)
    {
        File.WriteAllText(Path.Combine(_checkpoint, ChecksumFile.Name), line + "\n");
        Assert.Contains(line, Assert.Throws<ModelLoadException>(Open).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_conversion_is_made_again()
    {
        ModelFolder model = Open();
        string graph = model.PathOf(model.Manifest.Files[0].Path);
        byte[] whole = File.ReadAllBytes(graph);
        File.WriteAllBytes(graph, [.. whole.Select(static value => (byte)~value)]);
        Assert.Equal(whole, File.ReadAllBytes(Open().PathOf(model.Manifest.Files[0].Path)));
    }

    [Fact]
    public void Conversions_that_nobody_opens_any_more_are_removed()
    {
        string old = Path.GetDirectoryName(Open().Path)!;
        Directory.SetLastWriteTimeUtc(old, DateTime.UtcNow.AddDays(-8));
        string foreign = Directory.CreateDirectory(_folder["cache/other/thing"]).Parent!.FullName;
        Directory.SetLastWriteTimeUtc(foreign, DateTime.UtcNow.AddDays(-8));
        _cache.Open(EmbeddedModel.Name, "another", output => CheckpointConverter.Convert([_checkpoint], output, null, default), TestContext.Current.CancellationToken);
        Assert.False(Directory.Exists(old));
        Assert.True(Directory.Exists(foreign));
    }

    public void Dispose() => _folder.Dispose();

    private ModelFolder Open() => EmbeddedModel.Open(_checkpoint, _cache, null, TestContext.Current.CancellationToken);
}
