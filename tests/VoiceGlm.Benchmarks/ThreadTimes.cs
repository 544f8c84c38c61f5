using System.Globalization;

namespace VoiceGlm.Benchmarks;

/// <summary>What threads of this process cost, as Linux counts it.</summary>
internal static class ThreadTimes
{
    private const int TicksPerSecond = 100;

    /// <summary>Processor time of all living threads whose names begin so; Linux keeps 15 letters of a name.</summary>
    public static TimeSpan Of(string name)
    {
        long ticks = 0;
        foreach (string task in Directory.EnumerateDirectories("/proc/self/task"))
        {
            // The name stands in parentheses and may hold spaces.
            string stat = File.ReadAllText(Path.Combine(task, "stat"));
            if (!stat[(stat.IndexOf('(', StringComparison.Ordinal) + 1)..].StartsWith(name, StringComparison.Ordinal)) continue;
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            ticks += long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
        }

        return TimeSpan.FromSeconds((double)ticks / TicksPerSecond);
    }
}
