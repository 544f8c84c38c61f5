namespace VoiceGlm.Downloads;

/// <summary>Tries again after failures that may not come again. Thread-safe.</summary>
internal sealed class Patience(DownloadOptions options, TimeProvider time)
{
    /// <summary>Does something until it succeeds or has failed too often in a row.</summary>
    /// <param name="what">What is being fetched, for messages.</param>
    /// <param name="attempt">The work; goes on where the attempt before it ended.</param>
    /// <param name="progress">How far the work is; when it has advanced, the failures before do not count.</param>
    /// <param name="cancellationToken">Ends the waits.</param>
    /// <exception cref="DownloadException">It failed too often, or the server asks for too long a wait.</exception>
    public async Task<T> TryAsync<T>(string what, Func<Task<T>> attempt, Func<long> progress, CancellationToken cancellationToken)
    {
        int failures = 0;
        for (long reached = progress(); ; reached = progress())
        {
            try
            {
                return await attempt().ConfigureAwait(false);
            }
            catch (TransientException exception)
            {
                failures = progress() > reached ? 1 : failures + 1;
                if (failures >= options.Attempts) throw new DownloadException($"{exception.Message}, {failures} times in a row, while fetching {what}.", exception);
                TimeSpan wait = WaitAfter(failures);
                if (exception.RequestedWait is { } requested)
                {
                    if (requested > options.LongestRequestedWait)
                    {
                        throw new DownloadException($"{exception.Message} and the request to wait for {requested.TotalMinutes:0} minutes, while fetching {what}; try again then.", exception);
                    }

                    if (requested > wait) wait = requested;
                }

                await Task.Delay(wait, time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private TimeSpan WaitAfter(int failures)
    {
        TimeSpan wait = options.FirstWait * Math.Pow(2, failures - 1);
        return (wait < options.LongestWait ? wait : options.LongestWait) * (0.5 + Random.Shared.NextDouble());
    }
}
