using System.Net;
using System.Security.Cryptography;

namespace VoiceGlm.Transports.Sip;

/// <summary>What two sides know of each other while a call lasts (RFC 3261 §12). Used under the gate.</summary>
internal sealed class SipDialog
{
    private readonly SipNetwork _network;
    private SipFlow _flow;
    private IReadOnlyList<SipAddress> _routes = [];
    private int _localNumber;
    private int _remoteNumber = -1;

    private SipDialog(SipNetwork network, SipFlow flow, string callId, SipAddress local, SipAddress remote, SipUri target)
    {
        _network = network;
        _flow = flow;
        CallId = callId;
        Local = local;
        Remote = remote;
        Target = target;
        _localNumber = RandomNumberGenerator.GetInt32(1, 1 << 16);
    }

    /// <summary>Names the call.</summary>
    public string CallId { get; }

    /// <summary>This side, with its tag.</summary>
    public SipAddress Local { get; }

    /// <summary>The other side; with its tag from its first answer on.</summary>
    public SipAddress Remote { get; private set; }

    /// <summary>Where the other side is reached.</summary>
    public SipUri Target { get; private set; }

    /// <summary>The way of its messages; made again where it was lost.</summary>
    public SipFlow Flow
    {
        get
        {
            if (!_flow.IsOpen && _network.FlowTo(_flow.Protocol, _flow.Remote, Target.HostName) is { } again) _flow = again;
            return _flow;
        }
    }

    /// <summary>What its requests are found by.</summary>
    public (string CallId, string LocalTag, string? RemoteTag) Key => (CallId, Local.Tag!, Remote.Tag);

    /// <summary>A dialog that the other side begins.</summary>
    /// <param name="network">Makes the way to it.</param>
    /// <param name="request">Its INVITE. Elements older than RFC 3261 need no Contact: they are reached where they call from.</param>
    /// <param name="flow">Where that came by.</param>
    /// <param name="localTag">This side's tag.</param>
    public static SipDialog Begun(SipNetwork network, SipRequest request, SipFlow flow, string localTag)
    {
        var dialog = new SipDialog(network, flow, request.CallId, request.To.WithTag(localTag), request.From, request.Headers.Addresses("Contact").FirstOrDefault()?.Uri ?? request.From.Uri)
        {
            _routes = [.. request.Headers.Addresses("Record-Route")],
            _remoteNumber = request.CSeq.Number,
        };
        dialog._flow = dialog.ChooseFlow(flow);
        return dialog;
    }

    /// <summary>A dialog that this side begins.</summary>
    public static SipDialog Begin(SipNetwork network, SipFlow flow, SipAddress local, SipAddress remote, SipUri target) =>
        new(network, flow, $"{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}@{network.AddressFor(flow.Remote.Address)}", local, remote, target);

    /// <summary>Takes what an answer to this side's INVITE tells of the other side.</summary>
    public void Take(SipResponse response)
    {
        Remote = response.To;
        if (response.Headers.Addresses("Contact").FirstOrDefault() is { } contact) Target = contact.Uri;
        _routes = [.. response.Headers.Addresses("Record-Route").Reverse()];
        _flow = ChooseFlow(_flow);
    }

    /// <summary>Takes a request's number.</summary>
    /// <returns>False where a later one came before it.</returns>
    public bool TryTake(SipRequest request)
    {
        if (request.CSeq.Number <= _remoteNumber) return false;
        _remoteNumber = request.CSeq.Number;
        return true;
    }

    /// <summary>Takes where the other side is reached from here on, if a request or answer says so (target refresh).</summary>
    public void TakeTarget(SipMessage message)
    {
        if (message.Headers.Addresses("Contact").FirstOrDefault() is { } contact) Target = contact.Uri;
    }

    /// <summary>Takes the number of a request that was made again by somebody else, such as for a challenge.</summary>
    public void Advance(int number) => _localNumber = Math.Max(_localNumber, number);

    /// <summary>Makes a request.</summary>
    /// <param name="method">Its method.</param>
    /// <param name="number">Its number, where it belongs to a request before; else it is the next.</param>
    public SipRequest Request(string method, int? number = null)
    {
        // A first route that knows only strict routing stands in the request's line, and the target last (§12.2.1.1).
        bool isStrict = _routes.Count > 0 && !_routes[0].Uri.Parameters.Has("lr");
        var request = new SipRequest(method, isStrict ? _routes[0].Uri : Target);
        IEnumerable<SipAddress> routes = isStrict ? [.. _routes.Skip(1), new SipAddress(Target)] : _routes;
        foreach (SipAddress route in routes) request.Headers.Add("Route", route.ToString());
        request.Headers.Add("Max-Forwards", "70");
        request.Headers.Add("From", Local.ToString());
        request.Headers.Add("To", Remote.ToString());
        request.Headers.Add("Call-ID", CallId);
        request.Headers.Add("CSeq", new SipCSeq(number ?? ++_localNumber, method).ToString());
        request.Headers.Add("Contact", Contact(_network, _flow, Local.Uri.User));
        return request;
    }

    /// <summary>Where this side is reached by a flow.</summary>
    public static string Contact(SipNetwork network, SipFlow flow, string? user)
    {
        SipUri uri = SipUri.Of(network.AddressFor(flow.Remote.Address), network.PortOf(flow.Protocol), user);
        return new SipAddress(flow.IsReliable ? uri with { Parameters = SipParameters.None.With("transport", flow.Protocol.Word().ToLowerInvariant()) } : uri).ToString();
    }

    // A connection is kept. Datagrams go where the next element says that it is, unless that is a telephone behind a translation, which says what is true only there.
    private SipFlow ChooseFlow(SipFlow flow)
    {
        if (flow.IsReliable && flow.IsOpen) return flow;
        SipUri next = _routes.Count > 0 ? _routes[0].Uri : Target;
        SipProtocol protocol = SipProtocols.Of(next);
        if (!IPAddress.TryParse(next.HostName, out IPAddress? address) || (_routes.Count == 0 && !address.Equals(flow.Remote.Address))) return flow;
        return _network.FlowTo(protocol, new IPEndPoint(address, next.Port ?? protocol.DefaultPort()), next.HostName) ?? flow;
    }
}
