using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;
using VoiceGlm.Audio;
using VoiceGlm.Testing;

namespace VoiceGlm.Transports.WebRtc.Tests;

/// <summary>The network that is not perfect, by itself.</summary>
public sealed class ImpairingRelayTests
{
    private const int Packets = 1_000;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Fates_of_packets_have_their_shares_and_are_the_same_again()
    {
        var network = new Network { Seed = 5, Loss = 0.05, DelayMilliseconds = (30, 90), Reordered = 0.02, Duplicated = 0.01 };
        List<int> arrived = await PassAsync(network);
        Assert.Equal(arrived, await PassAsync(network));
        Assert.NotEqual(arrived, await PassAsync(network with { Seed = 6 }));
        Assert.NotEqual(arrived.Order(), arrived);
        int[] copies = [.. Enumerable.Range(0, Packets).Select(number => arrived.Count(arrival => arrival == number))];
        Assert.InRange(copies.Count(static count => count == 0) / (double)Packets, 0.03, 0.07);
        Assert.InRange(copies.Count(static count => count == 2) / (double)Packets, 0.002, 0.02);
    }

    [Fact]
    public async Task Answers_find_their_peers_and_nothing_passes_in_an_outage()
    {
        var time = new FakeTimeProvider();
        using UdpClient server = Client(), first = Client(), second = Client();
        using var relay = new ImpairingRelay((IPEndPoint)server.Client.LocalEndPoint!, time);
        relay.Become(new Network { DelayMilliseconds = (0, 0), Outage = (0.5, 3.5) });
        foreach (UdpClient peer in (UdpClient[])[first, second])
        {
            await peer.SendAsync(Sound(peer == first ? 1 : 2), relay.EndPoint, Token);
            UdpReceiveResult received = await server.ReceiveAsync(Token);
            await server.SendAsync(received.Buffer, received.RemoteEndPoint, Token);
            Assert.Equal(received.Buffer, (await peer.ReceiveAsync(Token)).Buffer);
        }

        time.Advance(TimeSpan.FromSeconds(0.6));
        await first.SendAsync(Sound(3), relay.EndPoint, Token);
        await Eventually.TrueAsync(() => relay.ToServer.Taken == 3);
        time.Advance(TimeSpan.FromSeconds(3));
        await first.SendAsync(Sound(4), relay.EndPoint, Token);
        Assert.Equal(Sound(4), (await server.ReceiveAsync(Token)).Buffer);
        Assert.Equal((4L, 3L), relay.ToServer);
    }

    // A packet each 20 ms, and the numbers in the order of their arrival.
    private static async Task<List<int>> PassAsync(Network network)
    {
        var time = new FakeTimeProvider();
        using UdpClient server = Client(), peer = Client();
        using var relay = new ImpairingRelay((IPEndPoint)server.Client.LocalEndPoint!, time);
        relay.Become(network);
        List<int> arrived = [];
        for (int i = 0; i < Packets + 10; i++)
        {
            if (i < Packets) await peer.SendAsync(Sound(i), relay.EndPoint, Token);
            await Eventually.TrueAsync(() => relay.ToServer.Taken == Math.Min(i + 1, Packets));
            time.Advance(MediaClock.Interval);
            while (arrived.Count < relay.ToServer.Passed) arrived.Add(BitConverter.ToInt32((await server.ReceiveAsync(Token)).Buffer, 1));
        }

        return arrived;
    }

    private static byte[] Sound(int number) => [0x80, .. BitConverter.GetBytes(number)];

    private static UdpClient Client() => new(new IPEndPoint(IPAddress.Loopback, 0)) { Client = { ReceiveBufferSize = 1 << 20 } };
}
