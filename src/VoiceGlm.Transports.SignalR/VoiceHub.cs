using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace VoiceGlm.Transports.SignalR;

/// <summary>The hub: one call, <see cref="Converse"/>, that lasts as long as the socket. PROTOCOL.md says what goes over it.</summary>
internal sealed partial class VoiceHub(VoiceConnections connections, IOptions<SignalRVoiceOptions> options, TimeProvider time, ILogger<VoiceHub> logger) : Hub
{
    private static readonly object s_idleTimer = new();
    private static readonly object s_hasConversed = new();

    // Closes a socket that carries no conversation yet, or any more.
    private ITimer IdleTimer => (ITimer)Context.Items[s_idleTimer]!;

    /// <inheritdoc/>
    public override Task OnConnectedAsync()
    {
        HubCallerContext context = Context;
        Context.Items[s_idleTimer] = time.CreateTimer(
            _ =>
            {
                SocketIdle(logger);
                context.Abort();
            },
            null, options.Value.OpenTimeout, Timeout.InfiniteTimeSpan);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override Task OnDisconnectedAsync(Exception? exception)
    {
        IdleTimer.Dispose();
        return Task.CompletedTask;
    }

    /// <summary>Carries a session over this socket.</summary>
    /// <param name="open">Who the client is and what it has.</param>
    /// <param name="up">What the client says.</param>
    /// <param name="cancellationToken">The socket is gone, or the client has cancelled the call.</param>
    public async IAsyncEnumerable<Outgoing> Converse(
        OpenRequest open, IAsyncEnumerable<ClientMessage> up, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        bool isFirst = Context.Items.TryAdd(s_hasConversed, null);
        (SignalRVoiceConnection? connection, VoiceEvent.SessionEnded? refusal) =
            isFirst ? connections.Open(open) : (null, new VoiceEvent.SessionEnded("protocol_error", "A socket carries one conversation."));
        if (connection is null)
        {
            yield return new Outgoing(new ServerMessage.Event(0, refusal!));
            yield break;
        }

        IdleTimer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task reading = ReadAsync(connection, up, ended.Token);
        try
        {
            await foreach (ServerMessage message in connection.AttachAsync(open, cancellationToken)) yield return new Outgoing(message);
        }
        finally
        {
            IdleTimer.Change(options.Value.OpenTimeout, Timeout.InfiniteTimeSpan);
            await ended.CancelAsync();
            await reading;
        }
    }

    private static async Task ReadAsync(SignalRVoiceConnection connection, IAsyncEnumerable<ClientMessage> up, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (ClientMessage message in up.WithCancellation(cancellationToken))
            {
                if (!connection.Receive(message)) return;
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or HubException or IOException)
        {
            // The socket is gone, or the client broke its stream off: the session waits for the next socket.
        }
    }

    [LoggerMessage(1010, LogLevel.Debug, "A socket without a conversation was closed", EventName = nameof(SocketIdle))]
    private static partial void SocketIdle(ILogger logger);
}
