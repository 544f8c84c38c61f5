using System.Globalization;

namespace VoiceGlm.Checkpoints;

/// <summary>Asks before a long write whether the disk will hold it. Stateless.</summary>
public static class DiskSpace
{
    /// <summary>Checks the disk that a folder, which need not exist yet, lies on.</summary>
    /// <exception cref="IOException">Fewer bytes are free.</exception>
    public static void Require(string folder, long bytes)
    {
        string? existing = Path.GetFullPath(folder);
        while (existing is not null && !Directory.Exists(existing)) existing = Path.GetDirectoryName(existing);
        if (existing is null) return;
        long free = new DriveInfo(existing).AvailableFreeSpace;
        if (free < bytes) throw new IOException($"{folder}: expected {Describe(bytes)} of free disk, found {Describe(free)}.");
    }

    /// <summary>A length in megabytes or gigabytes.</summary>
    public static string Describe(long bytes) => bytes >= 1_000_000_000
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:F1} GB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:F1} MB");
}
