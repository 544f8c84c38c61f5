using System.Globalization;

namespace VoiceGlm.Inference;

/// <summary>How much memory this process may still take. Stateless.</summary>
public static class MemoryOfMachine
{
    private const string Statistics = "/proc/meminfo";

    /// <summary>Bytes that are free where graphs of these options run: the GPU's, or this machine's.</summary>
    public static long Free(GraphOptions options) => options.Cuda is { } cuda ? CudaMemory.FreeBytes(cuda.DeviceIndex) ?? 0 : Available();

    /// <summary>Bytes that are free or can be freed without swapping, as far as the system tells; never more than the process's limit.</summary>
    public static long Available()
    {
        long limit = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (!File.Exists(Statistics)) return limit;
        // MemAvailable:   12345678 kB
        string? line = File.ReadLines(Statistics).FirstOrDefault(static line => line.StartsWith("MemAvailable:", StringComparison.Ordinal));
        return line?.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var kilobytes, ..] && long.TryParse(kilobytes, CultureInfo.InvariantCulture, out long value)
            ? Math.Min(limit, value * 1024)
            : limit;
    }
}
