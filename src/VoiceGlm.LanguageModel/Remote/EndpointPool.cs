namespace VoiceGlm.LanguageModel;

/// <summary>The servers: looks after their health in the background, and says which of them a conversation goes to. Thread-safe.</summary>
internal sealed class EndpointPool : IDisposable
{
    private readonly Endpoint[] _endpoints;
    private readonly TimeSpan _interval;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Begins to look after servers.</summary>
    public EndpointPool(HttpClient http, RemoteModelOptions options, TimeProvider time, Action<RemoteEndpointStatus>? changed)
    {
        _endpoints = [.. options.Endpoints.Select(address => new Endpoint(address, http, options, time, changed))];
        _interval = options.HealthInterval;
        _time = time;
        _ = WatchAsync(_closing.Token);
    }

    /// <summary>How each server is.</summary>
    public IReadOnlyList<RemoteEndpointStatus> Statuses => [.. _endpoints.Select(static endpoint => endpoint.Status)];

    /// <summary>Ends when a server was found well for the first time.</summary>
    public Task Reached => _reached.Task;

    /// <summary>Tokens that every server known so far lets a conversation hold, or <see langword="null"/> where none says so.</summary>
    public int? ContextLength => _endpoints.Min(static endpoint => endpoint.Model?.MaxModelLen);

    /// <summary>
    /// Chooses where a conversation goes on: where it is, for the server has its beginning in its prefix cache; where that server is unwell
    /// or has failed just now, to the one with the fewest conversations.
    /// </summary>
    /// <param name="current">Where it is, or <see langword="null"/> for a conversation that begins.</param>
    /// <param name="tried">Servers that have just failed: they come last.</param>
    public Endpoint Move(Endpoint? current, IReadOnlySet<Endpoint> tried)
    {
        lock (_lock)
        {
            Endpoint next = _endpoints
                .OrderBy(endpoint => tried.Contains(endpoint))
                .ThenBy(static endpoint => !endpoint.Status.IsHealthy)
                .ThenBy(endpoint => endpoint != current)
                .ThenBy(static endpoint => endpoint.Conversations)
                .First();
            if (next == current) return next;
            if (current is not null) current.Conversations--;
            next.Conversations++;
            return next;
        }
    }

    /// <summary>A conversation has ended.</summary>
    public void Leave(Endpoint endpoint)
    {
        lock (_lock) endpoint.Conversations--;
    }

    /// <summary>Ends the looking after.</summary>
    public void Dispose()
    {
        _closing.Cancel();
        _reached.TrySetCanceled();
    }

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(_interval, _time);
        try
        {
            do
            {
                await Task.WhenAll(_endpoints.Select(endpoint => endpoint.ProbeAsync(cancellationToken))).ConfigureAwait(false);
                if (_endpoints.Any(static endpoint => endpoint.Status.IsHealthy)) _reached.TrySetResult();
            }
            while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            // The model is disposed.
        }
    }
}
