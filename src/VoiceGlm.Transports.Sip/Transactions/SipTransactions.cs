using System.Globalization;
using System.Net;
using System.Security.Cryptography;

namespace VoiceGlm.Transports.Sip;

/// <summary>
/// All transactions of the telephone, and the gate under which everything is signalled: messages, times and wishes are taken one at a time, so that none of
/// their states is ever seen half done. Sound does not pass here. Thread-safe.
/// </summary>
internal sealed class SipTransactions : ISipReceiver
{
    // Half a minute of requests at a hundred a second; a flood beyond is answered statelessly.
    private const int MaximumRequests = 4_096;

    private readonly TimeProvider _time;
    private readonly Dictionary<(string Branch, string Method), SipClientTransaction> _clients = [];
    private readonly Dictionary<string, SipServerTransaction> _servers = [];
    private readonly Dictionary<(string? FromTag, string CallId, SipCSeq CSeq), SipServerTransaction> _outside = [];
    private ISipCore? _core;
    private SipNetwork? _network;

    /// <param name="time">The clock.</param>
    public SipTransactions(TimeProvider time) => _time = time;

    /// <summary>Held while anything is signalled.</summary>
    public Lock Gate { get; } = new();

    /// <summary>The clock.</summary>
    public TimeProvider Time => _time;

    /// <summary>The network.</summary>
    public SipNetwork Network => _network!;

    /// <summary>Requests of others that are remembered.</summary>
    public int ServerCount => _servers.Count;

    /// <summary>Requests of this side that are under way or remembered.</summary>
    public int ClientCount => _clients.Count;

    /// <summary>Tells who makes sense of requests, and where they come from.</summary>
    public void Begin(ISipCore core, SipNetwork network)
    {
        _core = core;
        _network = network;
    }

    /// <summary>Makes a time to wait for.</summary>
    public SipAlarm NewAlarm() => new(Gate, _time);

    /// <summary>Sends a request, with a Via unless it has one.</summary>
    /// <param name="request">The request.</param>
    /// <param name="flow">Where to.</param>
    /// <param name="answered">Is told the answers, under the gate.</param>
    public SipClientTransaction Send(SipRequest request, SipFlow flow, Action<SipResponse> answered)
    {
        if (request.Headers["Via"] is null) request.Headers.Prepend("Via", NewVia(flow));
        var transaction = new SipClientTransaction(this, request, flow, answered);
        _clients[transaction.Key] = transaction;
        transaction.Start();
        return transaction;
    }

    /// <summary>Sends an ACK of a success, which has no transaction (§13.2.2.4).</summary>
    /// <returns>What is sent again when the success comes again.</returns>
    public byte[] SendAck(SipRequest ack, SipFlow flow)
    {
        ack.Headers.Prepend("Via", NewVia(flow));
        byte[] bytes = ack.ToBytes();
        flow.TrySend(bytes);
        return bytes;
    }

    /// <summary>Sends an answer back where the request came from (§18.2.2).</summary>
    public void SendBack(SipServerTransaction transaction, byte[] response) => SendBack(transaction.Request, transaction.Flow, response);

    /// <summary>Forgets a transaction.</summary>
    public void Forget(SipClientTransaction transaction) => _clients.Remove(transaction.Key);

    /// <summary>Forgets a transaction.</summary>
    public void Forget(SipServerTransaction transaction)
    {
        _servers.Remove(transaction.Key);
        var known = OutsideKey(transaction.Request);
        if (_outside.TryGetValue(known, out SipServerTransaction? found) && found == transaction) _outside.Remove(known);
    }

    /// <inheritdoc/>
    public void Receive(SipMessage message, SipProblem? problem, SipFlow flow)
    {
        lock (Gate)
        {
            if (message is SipResponse response)
            {
                if (response.Via.Branch is { } branch && _clients.TryGetValue((branch, response.CSeq.Method), out SipClientTransaction? client)) client.Take(response);
                return;
            }

            var request = (SipRequest)message;
            if (request.TopVia is { } via) MarkSource(request, via, flow);
            if (problem is not null)
            {
                if (_core!.Admits(request, flow)) SendBack(request, flow, SipResponse.Of(request, problem.Status).ToBytes());
                return;
            }

            Take(request, flow);
        }
    }

    /// <inheritdoc/>
    public void Lose(SipFlow flow)
    {
        lock (Gate)
        {
            foreach (SipClientTransaction client in _clients.Values.Where(client => client.Flow == flow).ToArray()) client.Fail();
        }
    }

    /// <summary>Forgets everything: nothing rings any more.</summary>
    public void End()
    {
        foreach (SipClientTransaction client in _clients.Values.ToArray()) client.Terminate();
        foreach (SipServerTransaction server in _servers.Values.ToArray()) server.Terminate();
    }

    private void Take(SipRequest request, SipFlow flow)
    {
        string key = KeyOf(request, request.Method is SipMethods.Ack or SipMethods.Cancel ? SipMethods.Invite : request.Method);
        SipServerTransaction? known = _servers.GetValueOrDefault(request.Method == SipMethods.Cancel ? KeyOf(request, SipMethods.Cancel) : key);
        if (request.Method == SipMethods.Ack)
        {
            if (known?.TakeAck() != true) _core!.TakeAck(request);
            return;
        }

        if (known is not null)
        {
            known.TakeAgain();
            return;
        }

        bool isOutside = request.IsOutsideDialog;
        if (isOutside && !_core!.Admits(request, flow)) return;
        if (_servers.Count >= MaximumRequests)
        {
            SipResponse busy = SipResponse.Of(request, 503);
            busy.Headers.Add("Retry-After", "10");
            SendBack(request, flow, busy.ToBytes());
            return;
        }

        var transaction = new SipServerTransaction(this, request, flow, request.Method == SipMethods.Cancel ? KeyOf(request, SipMethods.Cancel) : key);
        // The same request by two ways (§8.2.2.2): the first is answered, the others are told so.
        bool isMerged = isOutside && request.Method != SipMethods.Cancel && !_outside.TryAdd(OutsideKey(request), transaction);
        _servers[transaction.Key] = transaction;
        if (isMerged) transaction.Respond(482);
        else if (request.Method == SipMethods.Cancel) CancelInvite(transaction, _servers.GetValueOrDefault(key));
        else _core!.Take(transaction);
    }

    private static void CancelInvite(SipServerTransaction cancel, SipServerTransaction? invite)
    {
        if (invite is null)
        {
            cancel.Respond(481);
            return;
        }

        cancel.Respond(SipResponse.Of(cancel.Request, 200, invite.ToTag));
        if (invite.IsPending) invite.Cancelled?.Invoke();
    }

    private string NewVia(SipFlow flow)
    {
        string branch = SipVia.MagicCookie + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12));
        int? port = Network.PortOf(flow.Protocol);
        return $"SIP/2.0/{flow.Protocol.Word()} {Network.AddressFor(flow.Remote.Address)}{(port is null ? "" : string.Create(CultureInfo.InvariantCulture, $":{port}"))};branch={branch};rport";
    }

    private void SendBack(SipRequest request, SipFlow flow, byte[] response)
    {
        if (flow.IsReliable && flow.IsOpen)
        {
            flow.TrySend(response);
            return;
        }

        if (request.TopVia is not { } via)
        {
            flow.TrySend(response);
            return;
        }

        int port = via.Parameters["rport"] is { } asked && int.TryParse(asked, out int found) ? found : via.Port ?? flow.Protocol.DefaultPort();
        if (flow.Remote.Port == port) flow.TrySend(response);
        else Network.FlowTo(flow.Protocol, new IPEndPoint(flow.Remote.Address, port), via.Host)?.TrySend(response);
    }

    // §18.2.1 and RFC 3581: where a request came from is told in its Via, which leads its answers back.
    private static void MarkSource(SipRequest request, SipVia via, SipFlow flow)
    {
        SipParameters parameters = via.Parameters;
        bool asks = parameters.Has("rport");
        if (asks) parameters = parameters.With("rport", flow.Remote.Port.ToString(CultureInfo.InvariantCulture));
        if (asks || !IPAddress.TryParse(via.Host.Trim('[', ']'), out IPAddress? told) || !told.Equals(flow.Remote.Address))
            parameters = parameters.With("received", flow.Remote.Address.ToString());
        if (ReferenceEquals(parameters, via.Parameters)) return;
        List<string> vias = [.. request.Headers.List("Via")];
        vias[0] = (via with { Parameters = parameters }).ToString();
        request.Headers["Via"] = string.Join(", ", vias);
    }

    private static (string? FromTag, string CallId, SipCSeq CSeq) OutsideKey(SipRequest request) => (request.From.Tag, request.CallId, request.CSeq);

    // §17.2.3: the branch where it is one; else what elements before RFC 3261 knew a transaction by.
    private static string KeyOf(SipRequest request, string method)
    {
        SipVia via = request.Via;
        return via.Branch is { } branch
            ? string.Create(CultureInfo.InvariantCulture, $"{branch}|{via.Host}:{via.Port}|{method}")
            : string.Create(CultureInfo.InvariantCulture, $"{request.Uri}|{request.From.Tag}|{request.CallId}|{request.CSeq.Number}|{via.Host}:{via.Port};{via.Parameters["branch"]}|{method}");
    }
}
