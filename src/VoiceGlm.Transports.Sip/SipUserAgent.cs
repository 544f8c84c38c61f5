using System.Net;

namespace VoiceGlm.Transports.Sip;

/// <summary>What the service is to other telephones: takes their requests, knows its calls. Everything beside construction runs under the gate.</summary>
internal sealed class SipUserAgent : ISipCore
{
    private const string Supported = "100rel, timer, replaces";
    private static readonly string[] s_supported = ["100rel", "timer", "replaces"];

    private readonly Dictionary<(string CallId, string LocalTag, string? RemoteTag), SipCall> _calls = [];
    private readonly IPNetwork[] _allowed;
    private readonly HashSet<IPAddress> _servers = [];
    private readonly Action<SipCall> _confirmed;

    /// <param name="options">Policies.</param>
    /// <param name="codecs">What can be agreed on.</param>
    /// <param name="transactions">What carries messages.</param>
    /// <param name="confirmed">Is told of each call that both sides know to be there, under the gate.</param>
    public SipUserAgent(SipVoiceOptions options, SipCodecs codecs, SipTransactions transactions, Action<SipCall> confirmed)
    {
        Options = options;
        Codecs = codecs;
        Transactions = transactions;
        _confirmed = confirmed;
        _allowed = [.. options.AllowedNetworks.Select(static network => IPAddress.TryParse(network, out IPAddress? address)
            ? new IPNetwork(address, address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? 32 : 128) : IPNetwork.Parse(network))];
    }

    /// <summary>Policies.</summary>
    public SipVoiceOptions Options { get; }

    /// <summary>What can be agreed on.</summary>
    public SipCodecs Codecs { get; }

    /// <summary>What carries messages.</summary>
    public SipTransactions Transactions { get; }

    /// <summary>Whether no new calls are taken: the service is stopping.</summary>
    public bool IsClosed { get; set; }

    /// <summary>Calls that are there or come to be.</summary>
    public int CallCount => _calls.Count;

    /// <summary>Whether there are as many calls as may be.</summary>
    public bool IsFull => _calls.Count >= Options.MaximumCalls;

    /// <summary>The calls.</summary>
    public IReadOnlyList<SipCall> Calls => [.. _calls.Values];

    /// <summary>An address of an account's server: it may call.</summary>
    public void Admit(IPAddress server) => _servers.Add(server);

    /// <inheritdoc/>
    public bool Admits(SipRequest request, SipFlow flow)
    {
        IPAddress address = flow.Remote.Address;
        if (_allowed.Length > 0) return _allowed.Any(network => network.Contains(address)) || _servers.Contains(address);
        return Options.Accounts.Count == 0 || _servers.Contains(address);
    }

    /// <inheritdoc/>
    public void Take(SipServerTransaction transaction)
    {
        SipRequest request = transaction.Request;
        if (request.To.Tag is { } tag)
        {
            if (_calls.TryGetValue((request.CallId, tag, request.From.Tag), out SipCall? call)) call.Take(transaction);
            else if (Admits(request, transaction.Flow)) transaction.Respond(481);
            else transaction.Terminate();
            return;
        }

        if (Problem(request) is { } response) transaction.Respond(response(transaction));
        else if (request.Method == SipMethods.Invite) TakeInvite(transaction);
        else if (request.Method == SipMethods.Options) TakeOptions(transaction);
        else transaction.Respond(request.Method is SipMethods.Refer or SipMethods.Notify ? 403 : 481);
    }

    /// <inheritdoc/>
    public void TakeAck(SipRequest ack)
    {
        if (ack.To.Tag is { } tag && _calls.TryGetValue((ack.CallId, tag, ack.From.Tag), out SipCall? call)) call.TakeAck(ack);
    }

    /// <summary>Places a call.</summary>
    /// <exception cref="SipCallException">There are as many calls as may be, or no ports are free.</exception>
    public SipCall Place(SipFlow flow, SipAddress local, SipUri target, DigestClient? digest)
    {
        if (IsClosed || IsFull) throw new SipCallException(IsClosed ? "The service is stopping." : $"Expected fewer than {Options.MaximumCalls} calls.");
        try
        {
            SipCall call = SipCall.Place(this, flow, local, target, digest);
            _calls[call.Dialog.Key] = call;
            return call;
        }
        catch (InvalidOperationException exception)
        {
            throw new SipCallException(exception.Message, exception);
        }
    }

    /// <summary>Reads whom to call: an address, or a number at a domain.</summary>
    /// <param name="target">The text.</param>
    /// <param name="beside">An address of that domain.</param>
    /// <exception cref="SipCallException">It is neither.</exception>
    public SipUri Target(string target, SipUri beside)
    {
        string text = target.Contains(':', StringComparison.Ordinal) ? target : target.Contains('@', StringComparison.Ordinal) ? $"sip:{target}" : $"sip:{Uri.EscapeDataString(target)}@{(Options.Accounts.Count > 0 ? Options.Accounts[0].Uri : beside).Host}";
        return SipUri.TryParse(text, out SipUri? uri) && uri.IsSip ? uri : throw new SipCallException($"Expected an address such as sip:alice@example.com or a number, found '{target}'.");
    }

    /// <summary>Lets a call learn who the other side is, by which it is found from then on.</summary>
    public void Learn(SipCall call, Action learn)
    {
        _calls.Remove(call.Dialog.Key);
        learn();
        _calls[call.Dialog.Key] = call;
    }

    /// <summary>A call is there.</summary>
    public void Confirm(SipCall call) => _confirmed(call);

    /// <summary>A call is over.</summary>
    public void Forget(SipCall call) => _calls.Remove(call.Dialog.Key);

    /// <summary>Says what this side can do.</summary>
    public static T Describe<T>(T message)
        where T : SipMessage
    {
        message.Headers.Add("Allow", SipMethods.Allow);
        message.Headers.Add("Supported", Supported);
        message.Headers.Add(message is SipRequest ? "User-Agent" : "Server", "VoiceGlm");
        return message;
    }

    /// <summary>Refuses a request whose body is of a type that nobody here reads.</summary>
    public static void RefuseType(SipServerTransaction transaction)
    {
        SipResponse response = transaction.Answer(415);
        response.Headers.Add("Accept", "application/sdp");
        transaction.Respond(response);
    }

    /// <summary>Refuses a call that may be placed again in a while.</summary>
    public static void RefuseForNow(SipServerTransaction transaction)
    {
        SipResponse response = transaction.Answer(503);
        response.Headers.Add("Retry-After", "10");
        transaction.Respond(response);
    }

    // §8.2: what no request outside a call may be.
    private static Func<SipServerTransaction, SipResponse>? Problem(SipRequest request)
    {
        if (!SipMethods.IsUnderstood(request.Method))
        {
            return transaction =>
            {
                SipResponse response = transaction.Answer(request.Method == SipMethods.Register ? 405 : 501);
                response.Headers.Add("Allow", SipMethods.Allow);
                return response;
            };
        }

        if (!request.Uri.IsSip) return static transaction => transaction.Answer(416);
        string[] unknown = [.. request.Headers.List("Require").Where(static option => !s_supported.Contains(option, StringComparer.OrdinalIgnoreCase))];
        return unknown.Length == 0 ? null : transaction =>
        {
            SipResponse response = transaction.Answer(420);
            response.Headers.Add("Unsupported", string.Join(", ", unknown));
            return response;
        };
    }

    private void TakeOptions(SipServerTransaction transaction)
    {
        if (IsClosed || IsFull)
        {
            RefuseForNow(transaction);
            return;
        }

        SipResponse response = Describe(transaction.Answer(200));
        response.Headers.Add("Accept", "application/sdp");
        transaction.Respond(response);
    }

    private void TakeInvite(SipServerTransaction invite)
    {
        SipRequest request = invite.Request;
        if (request.Headers["Contact"] is null ? !request.From.Uri.IsSip : request.Headers.Addresses("Contact").FirstOrDefault()?.Uri.IsSip != true)
        {
            invite.Respond(400);
            return;
        }

        if (!request.Body.IsEmpty && request.ContentType != "application/sdp")
        {
            RefuseType(invite);
            return;
        }

        SipCall? replaced = null;
        if (request.Headers["Replaces"] is { } replaces && (replaced = Find(replaces)) is null)
        {
            invite.Respond(481);
            return;
        }

        if (IsClosed || (IsFull && replaced is null))
        {
            RefuseForNow(invite);
            return;
        }

        if (Options.MaximumCallsPerCaller > 0 && _calls.Values.Count(call => !call.IsOutgoing && call.Dialog.Remote.Uri.IsSamePlaceAs(request.From.Uri)) >= Options.MaximumCallsPerCaller)
        {
            invite.Respond(486);
            return;
        }

        invite.Respond(100);
        if (SipCall.Accept(this, invite) is not { } call) return;
        _calls[call.Dialog.Key] = call;
        call.Ring();
        replaced?.HangUp("Another telephone took the call over.");
    }

    // RFC 3891 §3: call-id;to-tag=…;from-tag=…, seen from the other side.
    private SipCall? Find(string replaces)
    {
        int semicolon = replaces.IndexOf(';', StringComparison.Ordinal);
        if (semicolon < 0 || !SipParameters.TryParse(replaces.AsSpan(semicolon), out SipParameters parameters) || parameters["to-tag"] is not { } to) return null;
        return _calls.GetValueOrDefault((replaces[..semicolon].Trim(), to, parameters["from-tag"])) is { IsConfirmed: true } call ? call : null;
    }
}
