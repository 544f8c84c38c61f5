using System.Net.Sockets;
using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;
using VoiceGlm.CallTesting;

namespace VoiceGlm.Rtc.Tests;

public sealed class RtcServerTests
{
    [Theory]
    [InlineData(SrtpProfile.Aes128CmHmacSha1, false)]
    [InlineData(SrtpProfile.AeadAes128Gcm, false)]
    [InlineData(SrtpProfile.AeadAes128Gcm, true)]
    public async Task Offer_becomes_a_call_with_sound_both_ways(SrtpProfile profile, bool overTcp)
    {
        await using RtcServer server = Calls.Server();
        (PeerConnection session, TestPeer peer, CallRecorder recorder) = await Calls.ConnectAsync(server, profile, overTcp, echoes: true);
        using (peer)
        {
            Assert.Equal(profile, peer.Profile);
            peer.Send(peer.Media(65_535, 4_000_000_000, [1, 2, 3], isMarked: true));
            CallRecorder.Heard heard = await recorder.HearAsync();
            Assert.Equal((AudioPacketKind.Audio, 65_535L, 4_000_000_000, true, new AudioLevel(20, true)), (heard.Kind, heard.Sequence, heard.Timestamp, heard.IsMarked, heard.Level));
            Assert.Equal([1, 2, 3], heard.Payload);
            byte[] echo = await peer.ReceiveAsync();
            Assert.True(RtpPacket.TryParse(echo, out RtpPacket rtp));
            Assert.Equal((0, true), (rtp.PayloadType, rtp.Marker));
            Assert.Equal([1, 2, 3], rtp.Payload.ToArray());
            Assert.True(rtp.TryGetExtension(1, out _) && rtp.TryGetExtension(2, out _) && rtp.TryGetExtension(3, out _));
            peer.Send(peer.Media(0, 160, [4]));
            Assert.Equal(65_536, (await recorder.HearAsync()).Sequence);
            Assert.Equal(PeerState.Connected, session.State);
            Assert.Equal(1, server.SessionCount);
            Assert.Equal(0, server.Counters.HandshakesFailed);
        }
    }

    [Fact]
    public async Task Many_calls_share_one_socket()
    {
        await using RtcServer server = Calls.Server();
        var calls = new List<(TestPeer Peer, CallRecorder Recorder)>();
        for (int i = 0; i < 5; i++)
        {
            (PeerConnection _, TestPeer peer, CallRecorder recorder) = await Calls.ConnectAsync(server);
            calls.Add((peer, recorder));
        }

        for (int i = 0; i < calls.Count; i++)
            calls[i].Peer.Send(calls[i].Peer.Media(1, 0, [(byte)i]));
        for (int i = 0; i < calls.Count; i++)
            Assert.Equal([(byte)i], (await calls[i].Recorder.HearAsync()).Payload);
        Assert.Single(server.UdpEndPoints);
        calls.ForEach(static call => call.Peer.Dispose());
    }

    [Fact]
    public async Task Certificate_that_the_offer_does_not_name_ends_the_session()
    {
        await using RtcServer server = Calls.Server();
        using var peer = new TestPeer(server);
        PeerConnection session = server.Accept(peer.Offer(fingerprint: Offers.Fingerprint), Calls.Formats, new CallRecorder());
        await Assert.ThrowsAnyAsync<IOException>(() => peer.ConnectAsync(session.Answer));
        Assert.Equal("Expected the certificate that the offer's fingerprint names, found another.", await session.Closed.WaitAsync(TestContext.Current.CancellationToken));
        Assert.Equal(PeerState.Closed, session.State);
        Assert.True(session.Connected.IsCanceled);
        Assert.Equal(0, server.SessionCount);
        Assert.Equal(1, server.Counters.HandshakesFailed);
    }

    [Fact]
    public async Task Peer_and_server_must_share_a_profile()
    {
        await using RtcServer server = Calls.Server(static options => options.Profiles = [SrtpProfile.AeadAes128Gcm]);
        using var peer = new TestPeer(server, SrtpProfile.Aes128CmHmacSha1);
        PeerConnection session = server.Accept(peer.Offer(), Calls.Formats, new CallRecorder());
        await Assert.ThrowsAnyAsync<IOException>(() => peer.ConnectAsync(session.Answer));
        Assert.Equal("Expected use_srtp with a profile that is allowed here, found none.", await session.Closed.WaitAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Sessions_beyond_the_limit_are_refused_until_one_ends()
    {
        await using RtcServer server = Calls.Server(static options => options.MaximumSessions = 1);
        using var peer = new TestPeer(server);
        PeerConnection first = server.Accept(peer.Offer(), Calls.Formats, new CallRecorder());
        Assert.Throws<InvalidOperationException>(() => server.Accept(peer.Offer(), Calls.Formats, new CallRecorder()));
        await first.DisposeAsync();
        server.Accept(peer.Offer(), Calls.Formats, new CallRecorder());
    }

    [Fact]
    public async Task Session_that_nobody_connects_to_ends()
    {
        var time = new FakeTimeProvider();
        await using RtcServer server = Calls.Server(null, time);
        using var peer = new TestPeer(server);
        PeerConnection session = server.Accept(peer.Offer(), Calls.Formats, new CallRecorder());
        time.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal(PeerState.Waiting, session.State);
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("Expected a connection within 30 s of the answer, found none.", await session.Closed);
    }

    [Fact]
    public async Task Candidates_are_the_public_addresses_and_then_those_of_the_machine()
    {
        await using RtcServer server = Calls.Server(static options => options.PublicAddresses = ["203.0.113.7"]);
        using var peer = new TestPeer(server);
        MediaDescription audio = SessionDescription.Parse(server.Accept(peer.Offer(), Calls.Formats, new CallRecorder()).Answer).Media[0];
        int udp = server.UdpEndPoints[0].Port, tcp = server.TcpEndPoints[0].Port;
        Assert.Equal(
            [$"203.0.113.7 {udp} typ host", $"127.0.0.1 {udp} typ host", $"203.0.113.7 {tcp} typ host tcptype passive", $"127.0.0.1 {tcp} typ host tcptype passive"],
            audio.All("candidate").Select(static value => string.Join(' ', value.Split(' ')[4..])));
        uint[] priorities = [.. audio.All("candidate").Select(static value => uint.Parse(value.Split(' ')[3], null))];
        Assert.Equal(priorities.OrderDescending(), priorities);
        Assert.Equal(4, audio.All("candidate").Select(static value => value.Split(' ')[0]).Distinct().Count());
    }

    [Fact]
    public async Task Server_at_every_address_is_reached_by_IPv4_and_offers_no_wildcard()
    {
        await using RtcServer server = Calls.Server(static options => options.Addresses = []);
        (PeerConnection session, TestPeer peer, CallRecorder recorder) = await Calls.ConnectAsync(server);
        using (peer)
        {
            await Calls.PassAsync(peer, recorder, 1);
            Assert.All(SessionDescription.Parse(session.Answer).Media[0].All("candidate"), static value => Assert.DoesNotContain(value.Split(' ')[4], (string[])["::", "0.0.0.0"]));
        }
    }

    [Theory]
    [InlineData(nameof(RtcOptions.Port), "Port from 0 to 65535, found 70000")]
    [InlineData(nameof(RtcOptions.Addresses), "an IP address, found localhost")]
    [InlineData(nameof(RtcOptions.MaximumSessions), "MaximumSessions from 1 to 100000, found 0")]
    [InlineData(nameof(RtcOptions.ConsentTimeout), "ConsentTimeout from 00:00:01 to 01:00:00, found 00:00:00")]
    [InlineData(nameof(RtcOptions.Profiles), "at least one profile that exists, found ")]
    public void Option_outside_its_range_is_refused_in_a_sentence(string option, string message)
    {
        var options = new RtcOptions();
        switch (option)
        {
            case nameof(RtcOptions.Port):
                options.Port = 70_000;
                break;
            case nameof(RtcOptions.Addresses):
                options.Addresses = ["localhost"];
                break;
            case nameof(RtcOptions.MaximumSessions):
                options.MaximumSessions = 0;
                break;
            case nameof(RtcOptions.ConsentTimeout):
                options.ConsentTimeout = TimeSpan.Zero;
                break;
            default:
                options.Profiles = [];
                break;
        }

        Assert.Contains(message, Assert.Throws<ArgumentException>(() => new RtcServer(options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Port_that_is_taken_is_refused_and_nothing_stays_open()
    {
        await using RtcServer server = Calls.Server();
        int port = server.UdpEndPoints[0].Port;
        Assert.Throws<SocketException>(() => Calls.Server(options => options.Port = port));
    }

    [Fact]
    public async Task Steady_calls_allocate_nothing_per_packet()
    {
        await using RtcServer server = Calls.Server();
        foreach (SrtpProfile profile in Enum.GetValues<SrtpProfile>())
        {
            using var peer = new TestPeer(server, profile);
            var listener = new AllocationListener();
            PeerConnection session = server.Accept(peer.Offer(), Calls.Formats, listener);
            await peer.ConnectAsync(session.Answer);
            await session.Connected.WaitAsync(TestContext.Current.CancellationToken);
            byte[] payload = new byte[160];
            for (ushort i = 0; i < AllocationListener.Packets; i++)
            {
                peer.Send(peer.Media(i, i * 160u, payload, transportSequence: i));
                // One at a time, so that the socket's buffer holds what the other side is slow to take.
                await listener.HeardAsync();
            }

            // Receiving, routing, decrypting, telling, encrypting and sending are all on the socket's thread here. An object per packet would be
            // 24 bytes of each; a collection in between may leave the runtime's count of the thread a few bytes off, once.
            Assert.InRange(listener.AllocatedBytes, 0, AllocationListener.Packets / 4);
        }
    }

    private sealed class AllocationListener : IPeerListener
    {
        public const int Packets = 1_200;
        private const int WarmUp = 200;

        private readonly Channel<bool> _heard = Channel.CreateUnbounded<bool>();
        private long _before;
        private long _told;
        private int _count;

        public long AllocatedBytes { get; private set; } = -1;

        public async Task HeardAsync() => await _heard.Reader.ReadAsync(TestContext.Current.CancellationToken);

        public void OnAudio(PeerConnection peer, in AudioPacket packet)
        {
            if (!peer.SendAudio(packet.Payload, packet.Timestamp, level: packet.Level)) throw new InvalidOperationException("Not sent.");
            if (++_count == WarmUp) _before = GC.GetAllocatedBytesForCurrentThread();
            if (_count == Packets) AllocatedBytes = GC.GetAllocatedBytesForCurrentThread() - _before - _told;
            // The channel is the test's own: what it allocates to wake the sender is not the stack's.
            long before = GC.GetAllocatedBytesForCurrentThread();
            _heard.Writer.TryWrite(true);
            if (_count >= WarmUp) _told += GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }
}
