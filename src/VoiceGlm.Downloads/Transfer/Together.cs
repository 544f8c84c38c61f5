using System.Runtime.ExceptionServices;

namespace VoiceGlm.Downloads;

/// <summary>Work that succeeds or fails as one. Stateless.</summary>
internal static class Together
{
    /// <summary>Begins work for every item, in their order, and waits until all of it has ended; the first failure cancels the rest.</summary>
    /// <remarks>Unlike <see cref="Parallel.ForEachAsync{TSource}(IEnumerable{TSource}, Func{TSource, CancellationToken, ValueTask})"/>, all begin at once: a queue outside decides whose turn it is.</remarks>
    public static async Task RunAsync<T>(IEnumerable<T> items, Func<T, CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        using var all = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        ExceptionDispatchInfo? first = null;
        await Task.WhenAll(items.Select(RunOneAsync).ToList()).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        first?.Throw();

        async Task RunOneAsync(T item)
        {
            try
            {
                await work(item, all.Token).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                Interlocked.CompareExchange(ref first, ExceptionDispatchInfo.Capture(exception), null);
                await all.CancelAsync().ConfigureAwait(false);
            }
        }
    }
}
