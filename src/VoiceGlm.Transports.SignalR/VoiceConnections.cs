using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace VoiceGlm.Transports.SignalR;

/// <summary>The sessions over the hub, by resume token. Thread-safe.</summary>
internal sealed partial class VoiceConnections(
    IServiceScopeFactory scopes,
    IHostApplicationLifetime lifetime,
    IOptions<SignalRVoiceOptions> options,
    SignalRVoiceMetrics metrics,
    TimeProvider time,
    ILogger<VoiceConnections> logger,
    ICallCarrier? carrier = null)
{
    private readonly ConcurrentDictionary<string, SignalRVoiceConnection> _connections = new();
    private int _count;

    /// <summary>Sessions now, those that wait to be resumed included.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Finds the session that a client had, or begins one.</summary>
    /// <param name="open">What the client says.</param>
    /// <returns>The session, or why there is none.</returns>
    public (SignalRVoiceConnection? Connection, VoiceEvent.SessionEnded? Refusal) Open(OpenRequest open)
    {
        if (open.Protocol != OpenRequest.CurrentProtocol)
            return (null, new VoiceEvent.SessionEnded("protocol_error", $"Expected protocol {OpenRequest.CurrentProtocol}, found {open.Protocol}."));
        if (open.Token is { } token && _connections.TryGetValue(token, out SignalRVoiceConnection? known))
        {
            metrics.ConnectionResumed();
            ConnectionResumed(logger);
            return (known, null);
        }

        if (SettingsReader.FindFault(open.Settings, options.Value) is { } fault) return (null, new VoiceEvent.SessionEnded("protocol_error", fault));
        if (lifetime.ApplicationStopping.IsCancellationRequested) return (null, new VoiceEvent.SessionEnded("server_stopping", "The service is stopping."));
        if (Interlocked.Increment(ref _count) > options.Value.MaximumSessions)
        {
            Interlocked.Decrement(ref _count);
            ConnectionRefused(logger, options.Value.MaximumSessions);
            return (null, new VoiceEvent.SessionEnded("capacity", "All places are taken. Please try again in a moment."));
        }

        var connection = new SignalRVoiceConnection(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24)), options.Value, carrier, metrics, time);
        _connections[connection.Token] = connection;
        metrics.ConnectionOpened();
        ConnectionOpened(logger);
        _ = RunAsync(connection, open.Settings);
        return (connection, null);
    }

    private async Task RunAsync(SignalRVoiceConnection connection, SessionSettings settings)
    {
        await Task.Yield();
        try
        {
            await using AsyncServiceScope scope = scopes.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<IVoiceConnectionHandler>().RunAsync(connection, settings, lifetime.ApplicationStopping);
            connection.End("hung_up", "The conversation has ended.");
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            connection.End("server_stopping", "The service is stopping.");
        }
        catch (Exception exception)
        {
            SessionFailed(logger, exception);
            connection.End("failed", "Something went wrong in the service. Please start again.");
        }

        await connection.WaitForFarewellAsync();
        _connections.TryRemove(connection.Token, out _);
        Interlocked.Decrement(ref _count);
        metrics.ConnectionClosed();
        ConnectionClosed(logger);
        await connection.DisposeAsync();
    }

    [LoggerMessage(1000, LogLevel.Information, "A browser connected", EventName = nameof(ConnectionOpened))]
    private static partial void ConnectionOpened(ILogger logger);

    [LoggerMessage(1001, LogLevel.Information, "A browser came back to its session", EventName = nameof(ConnectionResumed))]
    private static partial void ConnectionResumed(ILogger logger);

    [LoggerMessage(1002, LogLevel.Information, "A browser's session is over", EventName = nameof(ConnectionClosed))]
    private static partial void ConnectionClosed(ILogger logger);

    [LoggerMessage(1003, LogLevel.Warning, "A browser was turned away: {Maximum} sessions are open", EventName = nameof(ConnectionRefused))]
    private static partial void ConnectionRefused(ILogger logger, int maximum);

    [LoggerMessage(1004, LogLevel.Error, "A session failed", EventName = nameof(SessionFailed))]
    private static partial void SessionFailed(ILogger logger, Exception exception);
}
