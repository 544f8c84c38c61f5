using System.Runtime.ExceptionServices;
using VoiceGlm.Checkpoints;

namespace VoiceGlm.Downloads;

/// <summary>
/// Fetches published checkpoints from a hub: only what a conversion reads, over several connections, checked against the hub's digests. Whatever ends it,
/// the next one goes on from there. Thread-safe.
/// </summary>
public sealed class CheckpointDownload : IDisposable
{
    private readonly ModelHub _hub;
    private readonly DownloadOptions _options;
    private readonly HubConnection _connection;

    /// <summary>Creates a download from a hub; nothing is asked yet.</summary>
    /// <param name="address">The hub.</param>
    /// <param name="options">How files are fetched.</param>
    /// <param name="time">Measures the waits between attempts.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number of the options is not at least 1.</exception>
    public CheckpointDownload(HubAddress address, DownloadOptions options, TimeProvider time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Parallel, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.RangeBytes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Attempts, 1);
        _hub = ModelHub.At(address);
        _options = options;
        _connection = new HubConnection(_hub, options, time);
    }

    /// <summary>Lists what a conversion reads of a repository.</summary>
    /// <param name="repository">Owner and name.</param>
    /// <param name="revision">Branch, tag or commit; <see langword="null"/> for the newest.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <exception cref="DownloadException">There is no such repository or revision, it may not be read, or the hub cannot be reached.</exception>
    public Task<HubRepository> FindAsync(string repository, string? revision, CancellationToken cancellationToken) =>
        _hub.FindAsync(_connection, repository, revision ?? _hub.DefaultRevision, cancellationToken);

    /// <summary>Fetches repositories into a folder, each into one that is called as it.</summary>
    /// <param name="repositories">As <see cref="FindAsync"/> found them.</param>
    /// <param name="folder">The folder; it is made where it is missing. What is there of the files already, whole or in part, is not fetched again.</param>
    /// <param name="progress">Told of each piece.</param>
    /// <param name="cancellationToken">Ends the fetching; what has come is kept.</param>
    /// <returns>The bytes that were fetched.</returns>
    /// <exception cref="DownloadException">The hub refuses, fails too often, or gives other bytes than it promises.</exception>
    /// <exception cref="IOException">The disk has too little room, or may not be written, or another fetches into the folder.</exception>
    public async Task<long> FetchAsync(
        IReadOnlyList<HubRepository> repositories, string folder, IProgress<ConversionProgress>? progress, CancellationToken cancellationToken)
    {
        WriteFailure.Explain(folder, () => Directory.CreateDirectory(folder));
        using IDisposable hold = LockFile.Take(Path.Combine(folder, ".lock"), "that nobody else fetches into this folder", "that another does");
        List<Item> open = [.. Items(repositories, folder).Where(static item => item.Presence != FilePresence.Whole)];
        long toFetch = open.Sum(static item => item.MissingBytes);
        DiskSpace.Require(folder, toFetch);
        foreach (Item item in open) WriteFailure.Explain(folder, item.Place.Create);
        var meter = new DownloadMeter(progress, toFetch, repositories.Sum(static repository => repository.Bytes));
        foreach (Item item in open) meter.Announce(item.File.Bytes);
        using var connections = new SemaphoreSlim(_options.Parallel);
        try
        {
            await Together.RunAsync(open, (item, stop) => RunAsync(item, connections, meter, stop), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is (IOException or UnauthorizedAccessException) and not DownloadException)
        {
            WriteFailure.Explain(folder, () => ExceptionDispatchInfo.Throw(exception));
        }

        return meter.Fetched;
    }

    /// <summary>Bytes of repositories that are not in a folder yet.</summary>
    public static long MissingBytes(IReadOnlyList<HubRepository> repositories, string folder) => Items(repositories, folder).Sum(static item => item.MissingBytes);

    /// <summary>The folder of a repository's files.</summary>
    public static string PathOf(string folder, HubRepository repository) => Path.Combine(folder, repository.ShortName);

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    private async Task RunAsync(Item item, SemaphoreSlim connections, DownloadMeter meter, CancellationToken cancellationToken)
    {
        if (item.Presence == FilePresence.Unchecked)
        {
            FileDigest found = await Task.Run(() => item.File.Digest.Of(item.Place.PathOf(item.File), meter.Check, cancellationToken), cancellationToken).ConfigureAwait(false);
            if (found == item.File.Digest)
            {
                item.Place.Remember(item.File);
                return;
            }

            meter.Again(item.File.Bytes);
            meter.Announce(item.File.Bytes);
        }

        await new FileDownload(_connection, item.Repository, item.File, item.Place, connections, _options, meter).RunAsync(cancellationToken).ConfigureAwait(false);
    }

    private static IEnumerable<Item> Items(IReadOnlyList<HubRepository> repositories, string folder) => repositories.SelectMany(repository =>
    {
        var place = new CheckpointFolder(PathOf(folder, repository), repository);
        return repository.Files.Select(file => new Item(repository, file, place, place.Recognise(file)));
    });

    private sealed record Item(HubRepository Repository, HubFile File, CheckpointFolder Place, FilePresence Presence)
    {
        public long MissingBytes => Presence == FilePresence.Missing ? File.Bytes - PartialFile.CountOf(Place.PartialPathOf(File), File) : 0;
    }
}
