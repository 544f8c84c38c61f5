using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;

namespace VoiceGlm.Transports.Sip;

/// <summary>
/// An account at a PBX or provider: registers there and stays registered, by the next server where one does not answer (RFC 3261 §10); or asks now and then
/// whether the server is there, where it needs no registration. Thread-safe.
/// </summary>
internal sealed partial class SipAccount
{
    // RFC 8760 asks for a fresh try; RFC 5626 §4.5 for times that grow, and are not everybody's at once.
    private static readonly TimeSpan s_firstPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_askInterval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_leaveTimeout = TimeSpan.FromSeconds(2);

    private readonly SipAccountOptions _options;
    private readonly SipUserAgent _agent;
    private readonly ILogger _logger;
    private readonly string _callId = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
    private readonly string _tag = SipResponse.NewTag();
    private readonly string _instance = $"\"<urn:uuid:{Guid.NewGuid()}>\"";
    private int _number;
    private volatile SipFlow? _flow;
    private volatile SipUri? _server;

    /// <param name="options">The account.</param>
    /// <param name="agent">Whose it is.</param>
    /// <param name="logger">Is told of changes.</param>
    public SipAccount(SipAccountOptions options, SipUserAgent agent, ILogger logger)
    {
        _options = options;
        _agent = agent;
        _logger = logger;
        Digest = new DigestClient(options.AuthenticationName, options.Password);
        Address = new SipAddress(options.Uri with { Password = null }, options.DisplayName.Length > 0 ? options.DisplayName : null, SipParameters.None);
    }

    /// <summary>Who the service is there.</summary>
    public SipAddress Address { get; }

    /// <summary>Convinces the server.</summary>
    public DigestClient Digest { get; }

    /// <summary>Whether the server answered last.</summary>
    public bool IsReachable { get; private set; }

    /// <summary>The way to the server that answered last; null before one has.</summary>
    public SipFlow? Flow => _flow is { IsOpen: true } flow ? flow : null;

    /// <summary>Registers, or asks, until it is cancelled; then takes the registration back.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        int failures = 0;
        try
        {
            while (true)
            {
                TimeSpan? lasts = await TryServersAsync(cancellationToken);
                failures = lasts is null ? failures + 1 : 0;
                await Task.Delay(lasts ?? Pause(failures), _agent.Transactions.Time, cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The service is stopping.
        }

        if (_options.Register && IsReachable && _flow is { } flow && _server is { } server)
        {
            using var timeout = new CancellationTokenSource(s_leaveTimeout, _agent.Transactions.Time);
            try
            {
                await AskAsync(Register(flow, server, TimeSpan.Zero), flow, timeout.Token);
            }
            catch (OperationCanceledException)
            {
                // The registration ends by itself.
            }
        }
    }

    private static TimeSpan Pause(int failures)
    {
        double seconds = Math.Min(s_longestPause.TotalSeconds, s_firstPause.TotalSeconds * Math.Pow(2, Math.Min(failures - 1, 10)));
        return TimeSpan.FromSeconds(seconds * (0.5 + (Random.Shared.NextDouble() / 2)));
    }

    // How long it is good for; null where no server answered as wanted.
    private async Task<TimeSpan?> TryServersAsync(CancellationToken cancellationToken)
    {
        string reason = "No server is known by that name";
        foreach (SipUri server in _options.ServerUris)
        {
            foreach (IPEndPoint address in await SipResolver.ResolveAsync(server, cancellationToken))
            {
                SipFlow? flow;
                lock (_agent.Transactions.Gate)
                {
                    _agent.Admit(address.Address);
                    flow = _agent.Transactions.Network.FlowTo(SipProtocols.Of(server), address, server.HostName);
                }

                if (flow is null)
                {
                    reason = $"{SipProtocols.Of(server).Word()} is not in use here";
                    continue;
                }

                (TimeSpan? lasts, reason) = await TryAsync(server, flow, cancellationToken);
                if (lasts is null) continue;
                _flow = flow;
                _server = server;
                if (!IsReachable) AccountReachable(_logger, Address.Uri, server);
                IsReachable = true;
                return lasts;
            }
        }

        IsReachable = false;
        AccountUnreachable(_logger, Address.Uri, reason);
        return null;
    }

    private async Task<(TimeSpan? Lasts, string Reason)> TryAsync(SipUri server, SipFlow flow, CancellationToken cancellationToken)
    {
        if (!_options.Register)
        {
            // Any answer shows that somebody is there.
            SipResponse told = await AskAsync(Message(SipMethods.Options, flow, server), flow, cancellationToken);
            return (told.Status is 408 or 503 ? null : s_askInterval, $"it answered {told.Status} {told.Reason}");
        }

        SipResponse response = await AskAsync(Register(flow, server, _options.Expires), flow, cancellationToken);
        if (response.Status == 423 && response.Headers.Number("Min-Expires") is { } least) response = await AskAsync(Register(flow, server, TimeSpan.FromSeconds(least)), flow, cancellationToken);
        if (!response.IsSuccess) return (null, $"it answered {response.Status} {response.Reason}");
        return (0.85 * TimeSpan.FromSeconds(Math.Max(1, Granted(response))), "");
    }

    // §10.2.4: this side's contact is among those that are registered.
    private int Granted(SipResponse response)
    {
        SipAddress? own = response.Headers.Addresses("Contact").FirstOrDefault(contact => contact.Uri.User == Address.Uri.User && contact.Parameters["expires"] is not null);
        return own is not null && int.TryParse(own.Parameters["expires"], NumberStyles.None, CultureInfo.InvariantCulture, out int granted)
            ? granted : response.Headers.Number("Expires") ?? (int)_options.Expires.TotalSeconds;
    }

    private SipRequest Register(SipFlow flow, SipUri server, TimeSpan expires)
    {
        SipRequest request = Message(SipMethods.Register, flow, server);
        request.Headers.Add("Contact", $"{SipDialog.Contact(_agent.Transactions.Network, flow, Address.Uri.User)};+sip.instance={_instance}");
        request.Headers.Add("Expires", string.Create(CultureInfo.InvariantCulture, $"{(int)expires.TotalSeconds}"));
        return request;
    }

    private SipRequest Message(string method, SipFlow flow, SipUri server)
    {
        // The domain registers; the server may be only the way there.
        var request = new SipRequest(method, method == SipMethods.Register ? SipUri.Of(Address.Uri.Host, Address.Uri.Port) : SipUri.Of(server.Host, server.Port));
        request.Headers.Add("Max-Forwards", "70");
        request.Headers.Add("From", Address.WithTag(_tag).ToString());
        request.Headers.Add("To", method == SipMethods.Register ? Address.ToString() : new SipAddress(request.Uri).ToString());
        request.Headers.Add("Call-ID", $"{_callId}@{_agent.Transactions.Network.AddressFor(flow.Remote.Address)}");
        request.Headers.Add("CSeq", new SipCSeq(Interlocked.Increment(ref _number), method).ToString());
        return SipUserAgent.Describe(request);
    }

    private async Task<SipResponse> AskAsync(SipRequest request, SipFlow flow, CancellationToken cancellationToken)
    {
        var answered = new TaskCompletionSource<SipResponse>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_agent.Transactions.Gate) Ask(request);
        return await answered.Task.WaitAsync(cancellationToken);

        void Ask(SipRequest request) => _agent.Transactions.Send(request, flow, response =>
        {
            if (response.IsProvisional) return;
            if (response.Status is 401 or 407 && Digest.TryAuthorize(request, response, out SipRequest? authorized))
            {
                _number = Math.Max(_number, authorized.CSeq.Number);
                Ask(authorized);
                return;
            }

            answered.TrySetResult(response);
        });
    }

    [LoggerMessage(1210, LogLevel.Information, "The telephone account {Account} is reached at {Server}", EventName = nameof(AccountReachable))]
    private static partial void AccountReachable(ILogger logger, SipUri account, SipUri server);

    [LoggerMessage(1211, LogLevel.Warning, "The telephone account {Account} is not reached: {Reason}", EventName = nameof(AccountUnreachable))]
    private static partial void AccountUnreachable(ILogger logger, SipUri account, string reason);
}
