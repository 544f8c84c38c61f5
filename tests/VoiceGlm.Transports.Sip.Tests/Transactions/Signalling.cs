using System.Net;
using System.Text;
using Microsoft.Extensions.Time.Testing;

namespace VoiceGlm.Transports.Sip.Tests;

/// <summary>Transactions without a network, by a clock that is set: what is sent is kept, and what comes is put in.</summary>
internal sealed class Signalling : ISipCore, IAsyncDisposable
{
    private readonly SipNetwork _network;

    public Signalling(bool isReliable = false)
    {
        Transactions = new SipTransactions(Time);
        _network = new SipNetwork(new SipVoiceOptions { Address = "127.0.0.1", UdpPort = 0, TcpPort = -1 }, Transactions);
        Transactions.Begin(this, _network);
        Flow = new RecordedFlow(isReliable ? SipProtocol.Tcp : SipProtocol.Udp);
    }

    public FakeTimeProvider Time { get; } = new();

    public SipTransactions Transactions { get; }

    public RecordedFlow Flow { get; }

    /// <summary>Requests that came to the core.</summary>
    public List<SipServerTransaction> Taken { get; } = [];

    public List<SipRequest> Acks { get; } = [];

    public bool IsAdmitting { get; set; } = true;

    public bool Admits(SipRequest request, SipFlow flow) => IsAdmitting;

    public void Take(SipServerTransaction transaction) => Taken.Add(transaction);

    public void TakeAck(SipRequest ack) => Acks.Add(ack);

    public void Receive(string text)
    {
        SipMessage message = SipParser.Parse(Texts.Bytes(text), isStream: false, out SipProblem? problem)!;
        Transactions.Receive(message, problem, Flow);
    }

    public void Advance(double seconds) => Time.Advance(TimeSpan.FromSeconds(seconds));

    public ValueTask DisposeAsync() => _network.DisposeAsync();

    internal sealed class RecordedFlow(SipProtocol protocol) : SipFlow(protocol, new IPEndPoint(IPAddress.Parse("192.0.2.1"), 5060))
    {
        public List<string> Sent { get; } = [];

        public bool IsBroken { get; set; }

        public override bool IsOpen => !IsBroken;

        /// <summary>The first lines of what was sent.</summary>
        public IEnumerable<string> Lines => Sent.Select(static text => text.Split("\r\n", 2)[0]);

        public override bool TrySend(byte[] message)
        {
            if (IsBroken) return false;
            Sent.Add(Encoding.UTF8.GetString(message));
            return true;
        }
    }
}
