using System.Collections.Concurrent;
using VoiceGlm.Checkpoints;
using VoiceGlm.Testing;

namespace VoiceGlm.Downloads.Tests;

public sealed class CheckpointDownloadTests : IAsyncLifetime
{
    private Downloading _downloading = null!;

    private LocalHub Hub => _downloading.Hub;

    public async ValueTask InitializeAsync() => _downloading = await Downloading.StartAsync();

    public ValueTask DisposeAsync() => _downloading.DisposeAsync();

    [Theory]
    [InlineData(HubKind.HuggingFace)]
    [InlineData(HubKind.ModelScope)]
    public async Task Files_are_those_that_were_published_and_no_byte_comes_twice(HubKind kind)
    {
        long fetched = await _downloading.FetchAsync(kind);

        _downloading.AssertWhole();
        Assert.Equal(_downloading.PublishedBytes, fetched);
        Assert.Equal(_downloading.PublishedBytes, Hub.BytesSent);
    }

    [Fact]
    public async Task Files_that_no_conversion_reads_are_not_asked_for()
    {
        foreach (string name in (string[])["LICENSE", "modeling_chatglm.py", "pytorch_model.bin"]) _downloading.Published.Files.Add(name, [1, 2, 3]);

        await _downloading.FetchAsync();

        Assert.Equal(["README.md", "config.json", Downloading.Weights], Hub.Fetches.Select(static request => request.File).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Large_file_comes_in_ranges_over_as_many_connections_as_are_allowed()
    {
        var together = new TaskCompletionSource();
        int now = 0;
        int most = 0;
        Hub.Before = async request =>
        {
            if (!request.AtStore) return;
            int here = Interlocked.Increment(ref now);
            lock (together) most = Math.Max(most, here);
            if (here == Downloading.Options.Parallel) together.TrySetResult();
            await together.Task.WaitAsync(TimeSpan.FromSeconds(30));
            Interlocked.Decrement(ref now);
        };

        await _downloading.FetchAsync();

        _downloading.AssertWhole();
        Assert.Equal(Downloading.Options.Parallel, most);
        Assert.Equal(
            Enumerable.Range(0, 16).Select(static i => ((long?)(i << 16), (long?)Math.Min((i + 1) << 16, Downloading.WeightBytes))),
            Hub.Fetches.Where(static request => request.AtStore).Select(static request => (request.Start, request.End)).Order());
    }

    [Theory]
    [InlineData(HubKind.HuggingFace)]
    [InlineData(HubKind.ModelScope)]
    public async Task Second_time_nothing_is_fetched(HubKind kind)
    {
        await _downloading.FetchAsync(kind);
        Hub.Forget();

        Assert.Equal(0, await _downloading.FetchAsync(kind));

        Assert.Empty(Hub.Fetches);
        Assert.Equal(0, Hub.BytesSent);
    }

    [Fact]
    public async Task New_revision_fetches_the_file_that_changed_and_no_other()
    {
        await _downloading.FetchAsync();
        byte[] card = "---\nlicense: apache-2.0\n---\n"u8.ToArray();
        _downloading.Published.Files["README.md"] = card;
        Hub.Forget();

        Assert.Equal(card.Length, await _downloading.FetchAsync());
        _downloading.AssertWhole();
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.7)]
    public async Task Cancelled_and_resumed_fetches_the_rest_only(double part)
    {
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        long had = 0;
        var progress = new Told<ConversionProgress>(value =>
        {
            if (!value.Step.StartsWith("fetching", StringComparison.Ordinal)) return;
            InterlockedMax(ref had, value.BytesDone);
            if (value.BytesDone >= part * Downloading.WeightBytes) cancellation.Cancel();
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _downloading.FetchAsync(progress: progress, cancellationToken: cancellation.Token));
        Assert.InRange(had, (long)(part * Downloading.WeightBytes), _downloading.PublishedBytes - 1);
        await _downloading.RestartAsync();

        long rest = await _downloading.FetchAsync();

        Assert.Equal(_downloading.PublishedBytes - had, rest);
        Assert.Equal(rest, Hub.BytesSent);
        _downloading.AssertWhole();
    }

    [Fact]
    public async Task Progress_counts_what_is_left_and_ends_at_its_total()
    {
        _downloading.MisbehaveOnWeights(static request => request.Number == 3 ? new Misbehaviour.Answer(404) : null);
        await _downloading.FailAsync();
        Hub.Misbehave = static _ => null;
        var told = new ConcurrentQueue<ConversionProgress>();

        long fetched = await _downloading.FetchAsync(progress: new Told<ConversionProgress>(told.Enqueue));

        ConversionProgress[] fetching = [.. told.Where(static value => value.Step.StartsWith("fetching", StringComparison.Ordinal))];
        Assert.Contains(" of ", fetching[0].Step);
        Assert.All(fetching, value => Assert.Equal(fetched, value.BytesTotal));
        Assert.Equal(fetched, fetching.Max(static value => value.BytesDone));
        ConversionProgress[] checking = [.. told.Where(static value => value.Step == "checking")];
        Assert.Equal(checking[^1].BytesTotal, checking.Max(static value => value.BytesDone));
    }

    [Fact]
    public async Task Folder_of_the_hubs_own_tool_is_gone_on_with()
    {
        string records = _downloading.PathOf(Path.Combine(".cache", "huggingface", "download"));
        Directory.CreateDirectory(records);
        foreach ((string name, byte[] bytes) in _downloading.Published.Files)
        {
            File.WriteAllBytes(_downloading.PathOf(name), bytes);
            string digest = LocalRepository.IsLarge(name) ? LocalRepository.Sha256(bytes) : LocalRepository.GitBlob(bytes);
            double seconds = (DateTime.UtcNow - DateTime.UnixEpoch).TotalSeconds;
            File.WriteAllText(Path.Combine(records, name + ".metadata"), FormattableString.Invariant($"{_downloading.Published.Commit}\n{digest}\n{seconds}\n"));
        }

        var checks = 0;
        Assert.Equal(0, await _downloading.FetchAsync(progress: new Told<ConversionProgress>(_ => checks++)));
        Assert.Equal(0, checks);
    }

    [Fact]
    public async Task File_that_lies_there_without_a_record_is_checked_and_kept()
    {
        Directory.CreateDirectory(_downloading.PathOf(""));
        File.WriteAllBytes(_downloading.PathOf(Downloading.Weights), _downloading.Published.Files[Downloading.Weights]);

        Assert.Equal(_downloading.PublishedBytes - Downloading.WeightBytes, await _downloading.FetchAsync());
        _downloading.AssertWhole();
    }

    [Fact]
    public async Task File_that_was_changed_since_is_fetched_again()
    {
        await _downloading.FetchAsync();
        byte[] bytes = File.ReadAllBytes(_downloading.PathOf(Downloading.Weights));
        bytes[^1] ^= 1;
        File.WriteAllBytes(_downloading.PathOf(Downloading.Weights), bytes);
        File.SetLastWriteTimeUtc(_downloading.PathOf(Downloading.Weights), DateTime.UtcNow.AddMinutes(1));

        Assert.Equal(Downloading.WeightBytes, await _downloading.FetchAsync());
        _downloading.AssertWhole();
    }

    [Fact]
    public async Task Record_tells_the_commit_to_the_conversion()
    {
        await _downloading.FetchAsync();

        string record = File.ReadLines(_downloading.PathOf(Path.Combine(".cache", "huggingface", "download", "config.json.metadata"))).First();
        Assert.Equal(_downloading.Published.Commit, record);
    }

    [Fact]
    public async Task Commit_of_ModelScope_is_that_of_its_newest_change()
    {
        using var download = new CheckpointDownload(new HubAddress(HubKind.ModelScope, Hub.Endpoint, null), Downloading.Options, TimeProvider.System);

        HubRepository found = await download.FindAsync(Downloading.Repository, null, TestContext.Current.CancellationToken);

        Assert.Equal(_downloading.Published.Commit, found.Revision);
    }

    [Fact]
    public async Task Two_downloads_into_one_folder_are_refused()
    {
        var begun = new TaskCompletionSource();
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        _downloading.MisbehaveOnWeights(static _ => new Misbehaviour.Hang(1));
        var progress = new Told<ConversionProgress>(_ => begun.TrySetResult());
        Task first = _downloading.FetchAsync(progress: progress, cancellationToken: cancellation.Token);
        await begun.Task;

        IOException refused = await Assert.ThrowsAsync<IOException>(() => _downloading.FetchAsync());

        Assert.Contains("another does", refused.Message);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
    }

    [Fact]
    public async Task Disk_is_asked_before_anything_is_fetched()
    {
        Hub.Misbehave = static request => request.Path.Contains("/tree/", StringComparison.Ordinal)
            ? new Misbehaviour.Answer(200, $$$"""[{"type":"file","oid":"{{{new string('0', 40)}}}","size":134,"path":"model.safetensors","lfs":{"oid":"{{{new string('0', 64)}}}","size":4000000000000000000}}]""")
            : null;

        IOException refused = await Assert.ThrowsAsync<IOException>(() => _downloading.FetchAsync());

        Assert.Contains("expected 4000000000.0 GB of free disk", refused.Message);
        Assert.Empty(Hub.Fetches);
    }

    [Fact]
    public async Task Empty_file_is_made_without_asking()
    {
        _downloading.Published.Files["generation_config.json"] = [];

        await _downloading.FetchAsync();

        _downloading.AssertWhole();
        Assert.DoesNotContain(Hub.Fetches, static request => request.File == "generation_config.json");
    }

    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(1, 0, 1)]
    [InlineData(1, 1, 0)]
    public void Options_of_nothing_are_refused(int parallel, long rangeBytes, int attempts) => Assert.Throws<ArgumentOutOfRangeException>(() => new CheckpointDownload(
        new HubAddress(HubKind.HuggingFace, Hub.Endpoint, null), new DownloadOptions { Parallel = parallel, RangeBytes = rangeBytes, Attempts = attempts }, TimeProvider.System));

    private static void InterlockedMax(ref long target, long value)
    {
        for (long seen = Interlocked.Read(ref target); value > seen; seen = Interlocked.Read(ref target)) Interlocked.CompareExchange(ref target, value, seen);
    }
}
