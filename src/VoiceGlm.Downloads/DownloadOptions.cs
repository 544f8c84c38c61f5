namespace VoiceGlm.Downloads;

/// <summary>How files are fetched.</summary>
public sealed record DownloadOptions
{
    /// <summary>Connections at once, over all files.</summary>
    public int Parallel { get; init; } = 8;

    /// <summary>Bytes that one request asks for. A file no longer than this is fetched in one piece.</summary>
    public long RangeBytes { get; init; } = 64 << 20;

    /// <summary>How long a connection may be silent before it counts as cut.</summary>
    public TimeSpan SilenceLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Failures in a row, without a byte in between, after which a request is given up.</summary>
    public int Attempts { get; init; } = 6;

    /// <summary>Wait after the first failure; it doubles with each further one, and is lengthened or shortened by up to a half, so that connections do not return together.</summary>
    public TimeSpan FirstWait { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest wait that is chosen here.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Longest wait that a server may ask for; one that asks for more is given up.</summary>
    public TimeSpan LongestRequestedWait { get; init; } = TimeSpan.FromMinutes(10);
}
