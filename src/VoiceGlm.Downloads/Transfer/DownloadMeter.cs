using VoiceGlm.Checkpoints;

namespace VoiceGlm.Downloads;

/// <summary>Counts the bytes that are fetched and checked. Thread-safe.</summary>
/// <param name="progress">Told of each piece.</param>
/// <param name="toFetch">Bytes that are not there yet.</param>
/// <param name="all">Bytes of all files.</param>
internal sealed class DownloadMeter(IProgress<ConversionProgress>? progress, long toFetch, long all)
{
    // What is there already is left out of the count: a rate or a time left that counts it would be far too good.
    private readonly string _step = toFetch == all ? $"fetching {DiskSpace.Describe(all)}" : $"fetching {DiskSpace.Describe(toFetch)} of {DiskSpace.Describe(all)}";

    private long _total = toFetch;
    private long _fetched;
    private long _toCheck;
    private long _checked;

    /// <summary>Bytes that have been fetched.</summary>
    public long Fetched => Interlocked.Read(ref _fetched);

    /// <summary>Counts bytes that came.</summary>
    public void Fetch(long bytes)
    {
        long fetched = Interlocked.Add(ref _fetched, bytes);
        progress?.Report(new ConversionProgress(_step, fetched, Interlocked.Read(ref _total)));
    }

    /// <summary>Counts bytes that must be fetched once more.</summary>
    public void Again(long bytes) => Interlocked.Add(ref _total, bytes);

    /// <summary>Says that a file of so many bytes will be checked.</summary>
    public void Announce(long bytes) => Interlocked.Add(ref _toCheck, bytes);

    /// <summary>Counts bytes that were read to be checked.</summary>
    public void Check(long bytes)
    {
        long done = Interlocked.Add(ref _checked, bytes);
        progress?.Report(new ConversionProgress("checking", done, Interlocked.Read(ref _toCheck)));
    }
}
