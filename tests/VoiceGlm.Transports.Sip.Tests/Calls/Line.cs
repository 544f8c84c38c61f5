using System.Globalization;
using System.Text;
using Microsoft.Extensions.Time.Testing;

namespace VoiceGlm.Transports.Sip.Tests;

/// <summary>The service's side of calls, by a clock that is set; the test is the other side, word by word.</summary>
internal sealed class Line : IAsyncDisposable
{
    public const string Sdp = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n";

    private readonly SipNetwork _network;
    private int _branch;

    public Line(Action<SipVoiceOptions>? configure = null)
    {
        var options = new SipVoiceOptions { Address = "127.0.0.1", UdpPort = 0, TcpPort = -1, FirstMediaPort = 0, MediaTimeout = TimeSpan.FromHours(1) };
        configure?.Invoke(options);
        Transactions = new SipTransactions(Time);
        Agent = new SipUserAgent(options, new SipCodecs(["PCMU"]), Transactions, Confirmed.Add);
        _network = new SipNetwork(options, Transactions);
        Transactions.Begin(Agent, _network);
    }

    public FakeTimeProvider Time { get; } = new();

    public SipTransactions Transactions { get; }

    public SipUserAgent Agent { get; }

    public List<SipCall> Confirmed { get; } = [];

    /// <summary>A connection, so that each message is sent once and answers come by the same way.</summary>
    public Signalling.RecordedFlow Flow { get; } = new(SipProtocol.Tcp);

    public IEnumerable<SipMessage> Sent => Flow.Sent.Select(static text => SipParser.Parse(Encoding.UTF8.GetBytes(text), isStream: true, out _)!);

    public SipResponse LastResponse => Sent.OfType<SipResponse>().Last();

    public SipRequest LastRequest => Sent.OfType<SipRequest>().Last();

    /// <summary>The statuses that were answered to a method.</summary>
    public int[] Statuses(string method) => [.. Sent.OfType<SipResponse>().Where(response => response.CSeq.Method == method).Select(static response => response.Status)];

    public SipRequest Request(string method, int number, string? toTag = null, string? body = Sdp, params string[] headers)
    {
        var request = new SipRequest(method, SipUri.Parse("sip:bot@127.0.0.1"));
        request.Headers.Add("Via", $"SIP/2.0/TCP 192.0.2.1:5060;branch=z9hG4bK{(method is "CANCEL" or "ACK" ? _branch : ++_branch)}");
        request.Headers.Add("From", "<sip:alice@example.com>;tag=far");
        request.Headers.Add("To", toTag is null ? "<sip:bot@example.com>" : $"<sip:bot@example.com>;tag={toTag}");
        request.Headers.Add("Call-ID", "one");
        request.Headers.Add("CSeq", string.Create(CultureInfo.InvariantCulture, $"{number} {method}"));
        request.Headers.Add("Contact", "<sip:alice@192.0.2.1>");
        foreach (string header in headers) request.Headers.Add(header.Split(": ")[0], header.Split(": ")[1]);
        if (body is not null) request.SetBody("application/sdp", body);
        return request;
    }

    public void Receive(SipMessage message) => Transactions.Receive(SipParser.Parse(message.ToBytes(), isStream: true, out SipProblem? problem)!, problem, Flow);

    /// <summary>Answers the last request of this side.</summary>
    public void Answer(int status, string? body = null, params string[] headers)
    {
        SipResponse response = SipResponse.Of(LastRequest, status, "far");
        response.Headers.Add("Contact", "<sip:alice@192.0.2.1>");
        foreach (string header in headers) response.Headers.Add(header.Split(": ")[0], header.Split(": ")[1]);
        if (body is not null) response.SetBody("application/sdp", body);
        Receive(response);
    }

    /// <summary>A call that is there.</summary>
    public SipCall Call(params string[] headers)
    {
        Receive(Request("INVITE", 1, headers: headers));
        Acknowledge(1);
        return Confirmed.Single();
    }

    public void Acknowledge(int number) => Receive(Request("ACK", number, LastResponse.To.Tag, body: null));

    public void Advance(double seconds) => Time.Advance(TimeSpan.FromSeconds(seconds));

    public async ValueTask DisposeAsync()
    {
        lock (Transactions.Gate)
        {
            foreach (SipCall call in Agent.Calls) call.Dispose();
            Transactions.End();
        }

        await _network.DisposeAsync();
    }
}
