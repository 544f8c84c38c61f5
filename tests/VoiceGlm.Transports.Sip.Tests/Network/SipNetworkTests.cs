using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;

namespace VoiceGlm.Transports.Sip.Tests;

/// <summary>Two sides on real sockets.</summary>
public sealed class SipNetworkTests
{
    private static readonly byte[] s_invite = Texts.Bytes(Texts.Invite);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(SipProtocol.Udp)]
    [InlineData(SipProtocol.Tcp)]
    [InlineData(SipProtocol.Tls)]
    internal async Task Message_goes_there_and_its_answer_comes_back_by_the_same_way(SipProtocol protocol)
    {
        using var certificates = new Certificates();
        var here = new Receiver();
        var there = new Receiver();
        await using SipNetwork near = Start(here, certificates), far = Start(there, certificates);
        SipFlow flow = near.FlowTo(protocol, new IPEndPoint(IPAddress.Loopback, far.PortOf(protocol)!.Value), "localhost")!;
        Assert.True(flow.TrySend(s_invite));
        (SipMessage request, SipFlow back) = await there.Messages.Reader.ReadAsync(Cancel);
        Assert.Equal((protocol, "INVITE"), (back.Protocol, ((SipRequest)request).Method));
        Assert.True(back.TrySend(SipResponse.Of((SipRequest)request, 200).ToBytes()));
        (SipMessage response, SipFlow by) = await here.Messages.Reader.ReadAsync(Cancel);
        Assert.Equal(200, ((SipResponse)response).Status);
        if (flow.IsReliable) Assert.Same(flow, by);
        Assert.Same(flow.IsReliable ? flow : null, flow.IsReliable ? near.FlowTo(protocol, flow.Remote, "localhost") : null);
    }

    [Fact]
    public async Task Server_whose_certificate_nobody_trusts_is_not_spoken_to()
    {
        using Certificates trusted = new(), others = new();
        var here = new Receiver();
        await using SipNetwork near = Start(here, trusted), far = Start(new Receiver(), others);
        SipFlow flow = near.FlowTo(SipProtocol.Tls, new IPEndPoint(IPAddress.Loopback, far.PortOf(SipProtocol.Tls)!.Value), "localhost")!;
        flow.TrySend(s_invite);
        Assert.Same(flow, await here.Lost.Reader.ReadAsync(Cancel));
        Assert.False(flow.IsOpen);
    }

    [Fact]
    public async Task Nobody_at_the_address_is_told_as_a_lost_way()
    {
        var here = new Receiver();
        await using SipNetwork near = Start(here, null);
        using var nobody = new Socket(SocketType.Stream, ProtocolType.Tcp);
        nobody.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        SipFlow flow = near.FlowTo(SipProtocol.Tcp, (IPEndPoint)nobody.LocalEndPoint!, "localhost")!;
        flow.TrySend(s_invite);
        Assert.Same(flow, await here.Lost.Reader.ReadAsync(Cancel));
    }

    [Fact]
    public async Task Connection_is_kept_alive_by_line_ends_and_ends_with_what_is_no_message()
    {
        await using SipNetwork near = Start(new Receiver(), null);
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, near.PortOf(SipProtocol.Tcp)!.Value, Cancel);
        await client.GetStream().WriteAsync("\r\n\r\n"u8.ToArray(), Cancel);
        byte[] pong = new byte[2];
        await client.GetStream().ReadExactlyAsync(pong, Cancel);
        Assert.Equal("\r\n", Encoding.ASCII.GetString(pong));
        await client.GetStream().WriteAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray(), Cancel);
        Assert.Equal(0, await client.GetStream().ReadAsync(pong, Cancel));
    }

    [Fact]
    public async Task Connections_beyond_those_that_may_be_are_closed()
    {
        await using var near = new SipNetwork(new SipVoiceOptions { Address = "127.0.0.1", UdpPort = -1, TcpPort = 0, MaximumConnections = 1 }, new Receiver());
        near.Start();
        using TcpClient first = new(), second = new();
        await first.ConnectAsync(IPAddress.Loopback, near.PortOf(SipProtocol.Tcp)!.Value, Cancel);
        await first.GetStream().WriteAsync("\r\n\r\n"u8.ToArray(), Cancel);
        await first.GetStream().ReadExactlyAsync(new byte[2], Cancel);
        await second.ConnectAsync(IPAddress.Loopback, near.PortOf(SipProtocol.Tcp)!.Value, Cancel);
        Assert.Equal(0, await second.GetStream().ReadAsync(new byte[1], Cancel));
        Assert.Equal(1, near.ConnectionCount);
    }

    [Fact]
    public async Task Datagrams_of_nothing_and_of_rubbish_are_passed_over()
    {
        var here = new Receiver();
        await using SipNetwork near = Start(here, null);
        using var client = new UdpClient();
        client.Connect(IPAddress.Loopback, near.PortOf(SipProtocol.Udp)!.Value);
        foreach (byte[] datagram in new[] { "\r\n\r\n"u8.ToArray(), new byte[200], [], s_invite }) await client.SendAsync(datagram, Cancel);
        (SipMessage message, _) = await here.Messages.Reader.ReadAsync(Cancel);
        Assert.Equal("INVITE", ((SipRequest)message).Method);
    }

    private static SipNetwork Start(Receiver receiver, Certificates? certificates)
    {
        var network = new SipNetwork(
            new SipVoiceOptions
            {
                Address = "127.0.0.1",
                UdpPort = 0,
                TcpPort = 0,
                TlsPort = certificates is null ? -1 : 0,
                Certificate = certificates?.Certificate ?? "",
                CertificateKey = certificates?.Key ?? "",
                TrustedCertificates = certificates?.Certificate ?? "",
            },
            receiver);
        network.Start();
        return network;
    }

    private sealed class Receiver : ISipReceiver
    {
        public Channel<(SipMessage Message, SipFlow Flow)> Messages { get; } = Channel.CreateUnbounded<(SipMessage, SipFlow)>();

        public Channel<SipFlow> Lost { get; } = Channel.CreateUnbounded<SipFlow>();

        public void Receive(SipMessage message, SipProblem? problem, SipFlow flow) => Messages.Writer.TryWrite((message, flow));

        public void Lose(SipFlow flow) => Lost.Writer.TryWrite(flow);
    }
}
