namespace VoiceGlm.Testing;

/// <summary>What work allocates on the thread that does it.</summary>
public static class Allocations
{
    private const int Rounds = 3;

    /// <summary>Bytes that work allocates every time: the least of three rounds, since the runtime now and then makes something of its own for a thread.</summary>
    public static long Of(Action work)
    {
        long least = long.MaxValue;
        for (int round = 0; round < Rounds; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            work();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
