using VoiceGlm.Checkpoints;
using VoiceGlm.Testing;

namespace VoiceGlm.Downloads.Tests;

/// <summary>A hub with one repository, and a folder to fetch it into: small ranges, no real waits.</summary>
internal sealed class Downloading : IAsyncDisposable
{
    public const string Repository = "zai-org/glm-4-voice-tokenizer";
    public const string Weights = "model.safetensors";

    // Neither a multiple of a range nor of a buffer.
    public const int WeightBytes = 1_000_003;

    public static readonly DownloadOptions Options = new() { Parallel = 4, RangeBytes = 1 << 16, Attempts = 4 };

    private readonly TemporaryFolder _folder = new();

    private Downloading(LocalHub hub) => Hub = hub;

    public LocalHub Hub { get; private set; }

    public HurriedTime Time { get; } = new();

    public string Folder => _folder["downloads"];

    public LocalRepository Published { get; private set; } = null!;

    public long PublishedBytes => Published.Files.Values.Sum(static bytes => (long)bytes.Length);

    public static async Task<Downloading> StartAsync()
    {
        var downloading = new Downloading(await LocalHub.StartAsync());
        var repository = new LocalRepository(Repository);
        repository.Files.Add("README.md", "---\nlicense: other\n---\n"u8.ToArray());
        repository.Files.Add("config.json", "{}"u8.ToArray());
        var weights = new byte[WeightBytes];
        new Random(1).NextBytes(weights);
        repository.Files.Add(Weights, weights);
        downloading.Published = downloading.Hub.Publish(repository);
        return downloading;
    }

    /// <summary>Serves the same from another hub: requests that were given up, and come late to the one before, do not count.</summary>
    public async Task RestartAsync()
    {
        await Hub.DisposeAsync();
        Hub = await LocalHub.StartAsync();
        Hub.Publish(Published);
    }

    /// <summary>Misbehaves on requests for the weights, at the store.</summary>
    public void MisbehaveOnWeights(Func<LocalRequest, Misbehaviour?> misbehave) =>
        Hub.Misbehave = request => request is { AtStore: true, File: Weights } ? misbehave(request) : null;

    public async Task<long> FetchAsync(
        HubKind kind = HubKind.HuggingFace, string? token = null, string? revision = null, string repository = Repository, DownloadOptions? options = null,
        IProgress<ConversionProgress>? progress = null, CancellationToken? cancellationToken = null)
    {
        CancellationToken stop = cancellationToken ?? TestContext.Current.CancellationToken;
        using var download = new CheckpointDownload(new HubAddress(kind, Hub.Endpoint, token), options ?? Options, Time);
        return await download.FetchAsync([await download.FindAsync(repository, revision, stop)], Folder, progress, stop);
    }

    /// <summary>Fetches what must not come, and returns the sentence that says why.</summary>
    public async Task<string> FailAsync(HubKind kind = HubKind.HuggingFace, string? token = null, string? revision = null, string repository = Repository, DownloadOptions? options = null) =>
        (await Assert.ThrowsAsync<DownloadException>(() => FetchAsync(kind, token, revision, repository, options))).Message;

    public void AssertWhole()
    {
        string folder = PathOf("");
        foreach ((string name, byte[] bytes) in Published.Files) Assert.True(bytes.AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(folder, name))), $"{name} differs from what was published");
        Assert.Empty(Directory.EnumerateFiles(folder, "*.partial*", SearchOption.AllDirectories));
    }

    public void AssertNothingOf(string file)
    {
        Assert.False(File.Exists(PathOf(file)));
        Assert.Empty(Directory.EnumerateFiles(PathOf(""), file + ".partial*", SearchOption.AllDirectories));
    }

    public string PathOf(string file) => Path.Combine(Folder, Repository[(Repository.IndexOf('/') + 1)..], file);

    public async ValueTask DisposeAsync()
    {
        await Hub.DisposeAsync();
        _folder.Dispose();
    }
}
