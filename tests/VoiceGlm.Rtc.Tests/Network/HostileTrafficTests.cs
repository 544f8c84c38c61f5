using System.Security.Cryptography;
using VoiceGlm.CallTesting;

namespace VoiceGlm.Rtc.Tests;

public sealed class HostileTrafficTests
{
    [Fact]
    public async Task Media_that_is_replayed_reflected_damaged_or_forged_is_dropped_and_counted()
    {
        await using RtcServer server = Calls.Server();
        (PeerConnection session, TestPeer peer, CallRecorder recorder) = await Calls.ConnectAsync(server);
        using (peer)
        {
            byte[] sound = peer.Media(1, 0, [1]);
            peer.Send(sound);
            peer.Send(sound);
            byte[] damaged = peer.Media(2, 0, [1]);
            damaged[^1] ^= 1;
            peer.Send(damaged);
            Assert.True(session.SendAudio([9], 0));
            peer.Send(await peer.ReceiveProtectedAsync());
            byte[] forged = peer.Media(3, 0, new byte[40]);
            RandomNumberGenerator.Fill(forged.AsSpan(24));
            peer.Send(forged);
            peer.Send([0x80, 0, 0, 1]);
            peer.Send([0x80, 0xC9, 0, 1]);
            peer.Send([70, 1, 2, 3]);
            byte[] control = peer.Control([0x80, 0xC9, 0, 1, 0, 0xC0, 0xFF, 0xEE]);
            peer.Send(control);
            peer.Send(control);
            peer.Send(peer.Media(4, 0, [1], payloadType: 77));
            Assert.Equal(1, (await recorder.HearAsync()).Sequence);
            Assert.Equal(10, (await Calls.PassAsync(peer, recorder, 10)).Sequence);
            Assert.Equal(2, server.Counters.Dropped(PacketDrop.Replayed));
            Assert.Equal(3, server.Counters.Dropped(PacketDrop.NotAuthentic));
            Assert.Equal(3, server.Counters.Dropped(PacketDrop.Malformed));
            Assert.Equal(1, server.Counters.Dropped(PacketDrop.Unexpected));
            Assert.Equal(PeerState.Connected, session.State);
        }
    }

    [Fact]
    public async Task Forged_goodbye_does_not_end_the_call()
    {
        await using RtcServer server = Calls.Server();
        (PeerConnection session, TestPeer peer, CallRecorder recorder) = await Calls.ConnectAsync(server);
        using (peer)
        {
            // A plain close_notify, and one under keys that the forger does not have.
            peer.Send([21, 254, 253, 0, 0, 0, 0, 0, 0, 0, 9, 0, 2, 1, 0]);
            peer.Send([21, 254, 253, 0, 1, 0, 0, 0, 0, 0, 9, 0, 26, .. new byte[26]]);
            for (ushort i = 1; i <= 100; i++) await Calls.PassAsync(peer, recorder, i);
            Assert.Equal(PeerState.Connected, session.State);
            peer.CloseDtls();
            Assert.Equal("The peer closed the DTLS association.", await session.Closed.WaitAsync(TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task Packets_from_an_address_that_no_check_has_shown_go_nowhere()
    {
        await using RtcServer server = Calls.Server();
        (PeerConnection session, TestPeer peer, CallRecorder recorder) = await Calls.ConnectAsync(server);
        using var stranger = new TestPeer(server);
        using (peer)
        {
            stranger.Send(peer.Media(1, 0, [1]));
            stranger.Send([22, 254, 253, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1]);
            stranger.Send([0]);
            await Calls.PassAsync(peer, recorder, 2);
            Assert.Equal(2, server.Counters.Dropped(PacketDrop.UnknownAddress));
            Assert.Equal(1, server.Counters.Dropped(PacketDrop.Malformed));
            Assert.Equal(0, stranger.MediaWaiting);
            Assert.Equal(PeerState.Connected, session.State);
        }
    }

    [Fact]
    public async Task Checks_without_the_password_are_not_answered()
    {
        await using RtcServer server = Calls.Server();
        using var peer = new TestPeer(server);
        using var prober = new Prober(server);
        PeerConnection session = server.Accept(peer.Offer(), Calls.Formats, new CallRecorder());
        byte[] good = peer.Check(session.Answer);

        byte[] wrongPassword = peer.Check(session.Answer.Replace(TestPeer.Attribute(session.Answer, "ice-pwd"), "0123456789abcdef01234567", StringComparison.Ordinal));
        byte[] wrongUser = peer.Check(session.Answer, remoteUfrag: "else");
        byte[] unknown = peer.Check(session.Answer.Replace(TestPeer.Attribute(session.Answer, "ice-ufrag"), "AAAAAAAA", StringComparison.Ordinal));
        byte[] damaged = [.. good];
        damaged[30] ^= 1;
        var plain = new StunWriter(new byte[64], StunType.BindingRequest, new byte[12]);
        plain.AddFingerprint();
        var response = new StunWriter(new byte[64], StunType.BindingSuccess, new byte[12]);
        response.AddFingerprint();
        foreach (byte[] probe in (byte[][])[wrongPassword, wrongUser, unknown, damaged, plain.Written.ToArray(), response.Written.ToArray()])
            prober.Send(probe);

        // Only the good one, sent last, is answered.
        byte[] answer = await prober.AskAsync(good);
        Assert.Equal(good[8..20], answer[8..20]);
        Assert.Equal(2, server.Counters.Dropped(PacketDrop.NotAuthentic));
        Assert.Equal(2, server.Counters.Dropped(PacketDrop.UnknownUser));
        Assert.Equal(1, server.Counters.Dropped(PacketDrop.Malformed));
        Assert.Equal(1, server.Counters.Dropped(PacketDrop.Unsolicited));
        Assert.Equal(1, server.Counters.PacketsSent);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Answer_to_a_check_is_never_longer_than_the_check(bool controls)
    {
        await using RtcServer server = Calls.Server();
        using var peer = new TestPeer(server);
        using var prober = new Prober(server);
        PeerConnection session = server.Accept(peer.Offer(), Calls.Formats, new CallRecorder());
        byte[] check = peer.Check(session.Answer, nominates: false, controls);
        byte[] answer = await prober.AskAsync(check);
        Assert.InRange(answer.Length, 1, check.Length);
        Assert.True(StunMessage.TryParse(answer, out StunMessage message));
        Assert.Equal(controls ? StunType.BindingSuccess : StunType.BindingError, message.Type);
        Assert.True(message.HasValidFingerprint() && message.IsAuthentic(System.Text.Encoding.ASCII.GetBytes(TestPeer.Attribute(session.Answer, "ice-pwd"))));
        Assert.Equal(!controls, message.TryGet(StunAttribute.ErrorCode, out ReadOnlySpan<byte> error) && error[..4].SequenceEqual((ReadOnlySpan<byte>)[0, 0, 4, 87]));
        Assert.Equal(controls ? PeerState.Securing : PeerState.Waiting, session.State);
    }

    [Fact]
    public async Task Check_that_was_overheard_cannot_draw_the_sound_elsewhere()
    {
        await using RtcServer server = Calls.Server();
        (PeerConnection session, TestPeer peer, CallRecorder recorder) = await Calls.ConnectAsync(server);
        using var thief = new Prober(server);
        using (peer)
        {
            byte[] check = peer.Check(session.Answer);
            peer.Send(check);
            peer.Send(check);
            await Calls.PassAsync(peer, recorder, 1);
            thief.Send(check);
            await peer.CheckAsync(session.Answer);
            Assert.Equal(1, server.Counters.Dropped(PacketDrop.Replayed));
            Assert.True(session.SendAudio([7], 0));
            byte[] sound = await peer.ReceiveAsync();
            Assert.True(RtpPacket.TryParse(sound, out RtpPacket rtp));
            Assert.Equal([7], rtp.Payload.ToArray());
        }
    }

    [Fact]
    public async Task Media_before_the_handshake_is_dropped()
    {
        await using RtcServer server = Calls.Server();
        using var peer = new TestPeer(server);
        PeerConnection session = server.Accept(peer.Offer(), Calls.Formats, new CallRecorder());
        await peer.CheckAsync(session.Answer);
        peer.Send(new byte[] { 0x80 }.Concat(new byte[40]).ToArray());
        peer.Send(new byte[] { 0x80, 0xC9 }.Concat(new byte[40]).ToArray());
        // Records that do not begin a handshake wait for nobody.
        peer.Send([23, 254, 253, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1]);
        peer.Send([22, 254, 253, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 1]);
        await peer.CheckAsync(session.Answer);
        Assert.Equal(3, server.Counters.Dropped(PacketDrop.TooEarly));
        Assert.Equal(1, server.Counters.Dropped(PacketDrop.Malformed));
        Assert.Equal(PeerState.Securing, session.State);
        Assert.False(session.SendAudio([1], 0));
    }

    [Fact]
    public async Task Connection_that_sends_no_check_is_closed()
    {
        await using RtcServer server = Calls.Server();
        foreach (byte[] bytes in (byte[][])[[0xFF, 0xFF], [0, 1, 200], [0, 20, .. new byte[20]], "GET / HTTP/1.1\r\n\r\n"u8.ToArray()])
        {
            using var client = new System.Net.Sockets.TcpClient();
            await client.ConnectAsync(server.TcpEndPoints[0], TestContext.Current.CancellationToken);
            await client.GetStream().WriteAsync(bytes, TestContext.Current.CancellationToken);
            Assert.Equal(0, await ReadAsync(client));
        }

        Assert.InRange(server.Counters.Dropped(PacketDrop.Malformed), 4, 4);

        static async Task<int> ReadAsync(System.Net.Sockets.TcpClient client)
        {
            try
            {
                return await client.GetStream().ReadAsync(new byte[1], TestContext.Current.CancellationToken);
            }
            catch (IOException)
            {
                return 0;
            }
        }
    }

    [Fact]
    public async Task Connections_beyond_the_limit_are_closed()
    {
        await using RtcServer server = Calls.Server(static options => options.MaximumTcpConnections = 0);
        using var client = new System.Net.Sockets.TcpClient();
        await client.ConnectAsync(server.TcpEndPoints[0], TestContext.Current.CancellationToken);
        Assert.Equal(0, await client.GetStream().ReadAsync(new byte[1], TestContext.Current.CancellationToken));
        Assert.Equal(1, server.Counters.Dropped(PacketDrop.Overload));
    }

    /// <summary>A socket that is nobody's.</summary>
    private sealed class Prober(RtcServer server) : IDisposable
    {
        private readonly System.Net.Sockets.UdpClient _client = Connected(server);

        public void Send(byte[] packet) => _client.Send(packet);

        public async Task<byte[]> AskAsync(byte[] packet)
        {
            await _client.SendAsync(packet, TestContext.Current.CancellationToken);
            return (await _client.ReceiveAsync(TestContext.Current.CancellationToken)).Buffer;
        }

        public void Dispose() => _client.Dispose();

        private static System.Net.Sockets.UdpClient Connected(RtcServer server)
        {
            var client = new System.Net.Sockets.UdpClient();
            client.Connect(server.UdpEndPoints[0]);
            return client;
        }
    }
}
