using System.Collections.Concurrent;
using System.IO.Enumeration;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using VoiceGlm.Audio;

namespace VoiceGlm.Transports.Sip;

/// <summary>The telephone of the service: listens, stays registered, and runs a session for each call. Thread-safe.</summary>
internal sealed partial class SipTelephone : IHostedService, ISipCalls, IAsyncDisposable
{
    private readonly SipVoiceOptions _options;
    private readonly IServiceScopeFactory _scopes;
    private readonly ILogger<SipTelephone> _logger;
    private readonly SipTransactions _transactions;
    private readonly SipUserAgent _agent;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<SipCall, Task> _sessions = new();
    private readonly List<SipAccount> _accounts = [];
    private readonly List<Task> _registrations = [];

    // One beat per core: sound is coded in it.
    private readonly MediaClock[] _clocks = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(static _ => new MediaClock())];
    private SipNetwork? _network;

    /// <param name="options">Where it is reached.</param>
    /// <param name="scopes">What sessions are made of.</param>
    /// <param name="logger">Is told of calls.</param>
    /// <param name="time">The clock of what is signalled.</param>
    public SipTelephone(IOptions<SipVoiceOptions> options, IServiceScopeFactory scopes, ILogger<SipTelephone> logger, TimeProvider? time = null)
    {
        _options = options.Value;
        _scopes = scopes;
        _logger = logger;
        _transactions = new SipTransactions(time ?? TimeProvider.System);
        _agent = new SipUserAgent(_options, new SipCodecs(_options.Codecs), _transactions, Converse);
        foreach (SipAccountOptions account in _options.Accounts) _accounts.Add(new SipAccount(account, _agent, logger));
    }

    /// <summary>Calls at this time, those that ring included.</summary>
    public int CallCount
    {
        get
        {
            lock (_transactions.Gate) return _agent.CallCount;
        }
    }

    /// <summary>The accounts, in the options' order.</summary>
    public IReadOnlyList<SipAccount> Accounts => _accounts;

    /// <summary>The port that is listened at; null where the protocol is not in use, or the telephone not started.</summary>
    public int? PortOf(SipProtocol protocol) => _network?.PortOf(protocol);

    /// <inheritdoc/>
    /// <exception cref="IOException">A port cannot be listened at.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (!_options.Enabled) return Task.CompletedTask;
        try
        {
            _network = new SipNetwork(_options, _transactions);
        }
        catch (SocketException exception)
        {
            throw new IOException(
                $"{SipVoiceOptions.SectionName}: expected ports that are free at {_options.Address}, found UdpPort {_options.UdpPort}, TcpPort {_options.TcpPort}, TlsPort {_options.TlsPort}: {exception.Message}.",
                new AddressInUseException(exception.Message, exception));
        }

        _transactions.Begin(_agent, _network);
        _network.Start();
        foreach (SipAccount account in _accounts) _registrations.Add(account.RunAsync(_stopping.Token));
        TelephoneStarted(_logger, string.Join(", ", Enum.GetValues<SipProtocol>().Where(protocol => _network.PortOf(protocol) is not null).Select(protocol => $"{protocol.Word()} {_network.PortOf(protocol)}")));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    /// <remarks>No new calls, no registration any more; sessions end as their handler ends them when the service stops, and what is left after is hung up.</remarks>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_network is null) return;
        lock (_transactions.Gate) _agent.IsClosed = true;
        await _stopping.CancelAsync();
        try
        {
            await Task.WhenAll(_registrations).WaitAsync(cancellationToken);
            await Task.WhenAll(_sessions.Values).WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // Who is still there is hung up on below.
        }

        HangUpAll();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_stopping.IsCancellationRequested) await _stopping.CancelAsync();
        HangUpAll();
        await Task.WhenAll(_registrations);
        await Task.WhenAll(_sessions.Values);
        lock (_transactions.Gate) _transactions.End();
        if (_network is not null) await _network.DisposeAsync();
        foreach (MediaClock clock in _clocks) clock.Dispose();
        _stopping.Dispose();
    }

    /// <inheritdoc/>
    public ISipCall? Find(IVoiceConnection connection)
    {
        lock (_transactions.Gate) return _agent.Calls.FirstOrDefault(call => call.Connection == connection);
    }

    /// <inheritdoc/>
    public async Task<ISipCall> CallAsync(string target, CancellationToken cancellationToken)
    {
        if (_network is null) throw new SipCallException("Expected a telephone that is started: set VoiceGlm:Sip:Enabled.");
        SipAccount? account = _accounts.FirstOrDefault();
        SipUri uri = _agent.Target(target, account?.Address.Uri ?? SipUri.Of(_options.Address));
        if (!_options.OutboundPatterns.Any(pattern => FileSystemName.MatchesSimpleExpression(pattern, uri.User ?? "", ignoreCase: true) || FileSystemName.MatchesSimpleExpression(pattern, $"{uri.User}@{uri.Host}", ignoreCase: true)))
            throw new SipCallException($"Expected one of VoiceGlm:Sip:OutboundPatterns, found '{uri.User}@{uri.Host}'.");
        SipFlow flow = account?.Flow ?? await FlowToAsync(uri, cancellationToken);
        SipCall call;
        lock (_transactions.Gate)
        {
            SipAddress local = account?.Address ?? new SipAddress(SipUri.Of(_network.AddressFor(flow.Remote.Address), user: "voiceglm"));
            call = _agent.Place(flow, local, uri, account?.Digest);
        }

        using CancellationTokenRegistration giveUp = cancellationToken.Register(() => call.HangUp("The caller gave up."));
        await call.Answered;
        return call;
    }

    private async Task<SipFlow> FlowToAsync(SipUri uri, CancellationToken cancellationToken)
    {
        foreach (IPEndPoint address in await SipResolver.ResolveAsync(uri, cancellationToken))
        {
            if (_network!.FlowTo(SipProtocols.Of(uri), address, uri.HostName) is { } flow) return flow;
        }

        throw new SipCallException($"Expected a server that is known and a protocol that is in use, found '{uri}'.");
    }

    private void HangUpAll()
    {
        lock (_transactions.Gate)
        {
            foreach (SipCall call in _agent.Calls) call.Dispose();
        }
    }

    // Under the gate: the session runs beside it.
    private void Converse(SipCall call)
    {
        var running = new TaskCompletionSource();
        _sessions[call] = running.Task;
        _ = Task.Run(async () =>
        {
            await ConverseAsync(call);
            _sessions.TryRemove(call, out _);
            running.SetResult();
        });
    }

    private async Task ConverseAsync(SipCall call)
    {
        SipVoiceConnection connection = call.Connection!;
        Action beat = connection.Beat;
        MediaClock clock = _clocks.MinBy(static clock => clock.Count)!;
        clock.Add(beat);
        CallBegan(_logger, call.IsOutgoing ? "placed" : "taken");
        try
        {
            await using AsyncServiceScope scope = _scopes.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<IVoiceConnectionHandler>().RunAsync(connection, new SessionSettings(), _stopping.Token);
        }
        catch (OperationCanceledException)
        {
            // The service is stopping.
        }
        catch (Exception exception)
        {
            CallFailed(_logger, exception);
        }

        clock.Remove(beat);
        await connection.DisposeAsync();
        CallEnded(_logger, await call.Ended);
    }

    [LoggerMessage(1200, LogLevel.Information, "The telephone listens: {Ports}", EventName = nameof(TelephoneStarted))]
    private static partial void TelephoneStarted(ILogger logger, string ports);

    [LoggerMessage(1201, LogLevel.Information, "A telephone call was {Way}", EventName = nameof(CallBegan))]
    private static partial void CallBegan(ILogger logger, string way);

    [LoggerMessage(1202, LogLevel.Information, "A telephone call is over: {Reason}", EventName = nameof(CallEnded))]
    private static partial void CallEnded(ILogger logger, string reason);

    [LoggerMessage(1203, LogLevel.Error, "A telephone call failed", EventName = nameof(CallFailed))]
    private static partial void CallFailed(ILogger logger, Exception exception);
}
