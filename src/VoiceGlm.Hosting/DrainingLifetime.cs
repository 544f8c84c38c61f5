using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using VoiceGlm.Conversation;

namespace VoiceGlm.Hosting;

/// <summary>
/// Stops the service in two steps when it is told to (SIGTERM, Ctrl+C): first conversations are let to their end, while
/// connections still stand; then the host stops. A second signal stops it at once.
/// </summary>
/// <remarks>The stock lifetime announces the stop first, upon which hubs close their connections in mid-sentence.</remarks>
internal sealed partial class DrainingLifetime : IHostLifetime, IDisposable
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(100);

    // The last words of the last conversation are on their way; so long they may take before connections are closed.
    private static readonly TimeSpan s_farewell = TimeSpan.FromMilliseconds(500);

    private readonly IConversationDrain _drain;
    private readonly IHostApplicationLifetime _lifetime;
    private readonly TimeProvider _time;
    private readonly TimeSpan _longest;
    private readonly ILogger<DrainingLifetime> _logger;
    private readonly List<PosixSignalRegistration> _signals = [];
    private int _told;

    public DrainingLifetime(
        IConversationDrain drain, IHostApplicationLifetime lifetime, TimeProvider time, IOptions<DrainOptions> options, ILogger<DrainingLifetime> logger)
    {
        _drain = drain;
        _lifetime = lifetime;
        _time = time;
        _longest = options.Value.Timeout;
        _logger = logger;
    }

    /// <inheritdoc/>
    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        foreach (PosixSignal signal in (PosixSignal[])[PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT])
        {
            _signals.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                if (Interlocked.Increment(ref _told) == 1) _ = DrainAsync();
                else _lifetime.StopApplication();
            }));
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose() => _signals.ForEach(static signal => signal.Dispose());

    /// <summary>Lets conversations end, then stops the host.</summary>
    internal async Task DrainAsync()
    {
        LogDraining(_logger, _drain.SessionCount, _longest.TotalSeconds);
        long start = _time.GetTimestamp();
        _drain.BeginDrain();
        while (_drain.SessionCount > 0 && _time.GetElapsedTime(start) < _longest) await Task.Delay(s_look, _time).ConfigureAwait(false);
        LogDrained(_logger, _drain.SessionCount);
        await Task.Delay(s_farewell, _time).ConfigureAwait(false);
        _lifetime.StopApplication();
    }

    [LoggerMessage(8010, LogLevel.Information, "Stopping: {Sessions} conversations are let to their end, {Seconds:F0} s at most", EventName = "Draining")]
    private static partial void LogDraining(ILogger logger, int sessions, double seconds);

    [LoggerMessage(8011, LogLevel.Information, "Stopping: {Sessions} conversations are cut off", EventName = "Drained")]
    private static partial void LogDrained(ILogger logger, int sessions);
}
