using System.Buffers.Binary;
using System.Net;
using Microsoft.Extensions.Time.Testing;
using VoiceGlm.CallTesting;
using VoiceGlm.Testing;

namespace VoiceGlm.Rtc.Tests;

/// <summary>Whatever comes from the network, from a stranger or from a peer that has the keys.</summary>
public sealed class PacketRouterTests
{
    // A forged packet under GCM costs an exception of the platform's.
    private const int ExceptionBytes = 4096;

    private static readonly TransportAddress s_remote = TransportAddress.From(new IPEndPoint(IPAddress.Loopback, 9));

    [Theory]
    [InlineData(SrtpProfile.Aes128CmHmacSha1, 0)]
    [InlineData(SrtpProfile.AeadAes128Gcm, ExceptionBytes)]
    public async Task Damaged_packets_are_dropped_and_each_is_counted(SrtpProfile profile, long maximumBytes)
    {
        await using RtcServer server = Calls.Server();
        using var peer = new TestPeer(server);
        var listener = new Listener();
        PeerConnection session = server.Accept(peer.Offer(), Calls.Formats, listener);
        var path = new DeafPath();
        byte[] check = peer.Check(session.Answer);
        Assert.True(server.Router.HandleCheck(check, path));
        using SrtpContext sends = Secure(session, profile);
        byte[] first = Sound(sends, 1);
        server.Router.Handle(first, path);
        byte[] sound = Sound(sends, 2);
        byte[] control = Room("80C9000100000003", out int length);
        control = control[..sends.ProtectRtcp(control, length)];
        long answeredBefore = path.Sent;
        int whole = 0;

        new Mutator(11, check, sound, control, [22, 254, 253, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 1, 1], []).Run(
            input =>
            {
                // Damage may undo itself.
                if (input.Span.SequenceEqual(sound) || input.Span.SequenceEqual(control)) whole++;
                else server.Router.Handle(Mended(input).Span, path);
            },
            maximumBytes);

        RtcCounters counters = server.Counters;
        Assert.Equal(Mutator.Count - whole, counters.PacketsReceived - 1);
        Assert.Equal(Mutator.Count - whole, Enum.GetValues<PacketDrop>().Sum(counters.Dropped) + path.Sent - answeredBefore);
        Assert.Equal(1, listener.Heard);
        Assert.All([PacketDrop.Malformed, PacketDrop.NotAuthentic, PacketDrop.UnknownUser, PacketDrop.TooEarly], reason => Assert.True(counters.Dropped(reason) > 0, $"None was {reason}."));
        Assert.Equal(PeerState.Connected, session.State);
    }

    [Fact]
    public async Task Damaged_datagrams_of_strangers_leave_no_trace()
    {
        await using RtcServer server = Calls.Server();
        using var peer = new TestPeer(server);
        PeerConnection session = server.Accept(peer.Offer(), Calls.Formats, new Listener());
        byte[] check = peer.Check(session.Answer);
        using var endpoint = new UdpEndpoint(new IPEndPoint(IPAddress.Loopback, 0), server.Router, server.Counters);
        SocketAddress address = new IPEndPoint(IPAddress.Loopback, 9).Serialize();

        // A check that is whole after all makes a path, which costs memory.
        new Mutator(12, check, [0x80, 0, 0, 1, .. new byte[30]], [22, 254, 253, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 1, 1]).Run(
            input => server.Router.HandleUnknown(Mended(input).Span, endpoint, s_remote, address), maximumBytes: 2048);

        Assert.True(server.Counters.Dropped(PacketDrop.UnknownAddress) > 0 && server.Counters.Dropped(PacketDrop.UnknownUser) > 0 && server.Counters.Dropped(PacketDrop.NotAuthentic) > 0);
        Assert.Equal(1, server.SessionCount);
    }

    [Theory]
    [InlineData(SrtpProfile.Aes128CmHmacSha1)]
    [InlineData(SrtpProfile.AeadAes128Gcm)]
    public async Task Peer_that_has_the_keys_may_send_anything(SrtpProfile profile)
    {
        var time = new FakeTimeProvider();
        await using RtcServer server = Calls.Server(static options => options.ConsentTimeout = TimeSpan.FromHours(1), time);
        using var peer = new TestPeer(server);
        var listener = new Listener();
        PeerConnection session = server.Accept(peer.Offer(), Calls.Formats, listener);
        var path = new DeafPath();
        Assert.True(server.Router.HandleCheck(peer.Check(session.Answer), path));
        using SrtpContext sends = Secure(session, profile);
        var buffer = new byte[8192];
        int sent = 0;
        Assert.True(session.SendAudio([1], 0));

        // Sound with extensions, a key, comfort noise; a report with a source's name and a goodbye, a NACK.
        new Mutator(
            13,
            Convert.FromHexString("90000001000000020000000" + "3BEDE000310A020123456003177000000" + "0102030405060708"),
            Convert.FromHexString("807E00010000000200000003" + "0B8A0320"),
            Convert.FromHexString("800D00010000000200000003" + "28"),
            Convert.FromHexString("81C9000700000003" + "000000010A00000500010000000000100000000000000000" + "81CA000200000003" + "01026162" + "81CB000100000003"),
            Convert.FromHexString("81CD0003000000030000000100050003")).Run(
            input =>
            {
                // The numbers are as they should be, or else SRTP would let nothing more through.
                ReadOnlySpan<byte> plain = input.Span;
                if (plain.Length < 12) return;
                plain.CopyTo(buffer);
                buffer[0] = (byte)(0x80 | (buffer[0] & 0x3F));
                bool isControl = buffer[1] is >= 192 and <= 223;
                BinaryPrimitives.WriteUInt32BigEndian(buffer.AsSpan(isControl ? 4 : 8), 3);
                if (!isControl) BinaryPrimitives.WriteUInt16BigEndian(buffer.AsSpan(2), (ushort)++sent);
                if (!isControl && !RtpPacket.TryReadHeaderLength(buffer.AsSpan(0, plain.Length), out _)) return;
                int length = isControl ? sends.ProtectRtcp(buffer, plain.Length) : sends.Protect(buffer, plain.Length);
                server.Router.Handle(buffer.AsSpan(0, length), path);
                if (sent % 64 == 0) time.Advance(TimeSpan.FromMilliseconds(100));
            },
            maximumBytes: ExceptionBytes);

        Assert.Equal(PeerState.Connected, session.State);
        Assert.Equal(0, server.Counters.Dropped(PacketDrop.NotAuthentic) + server.Counters.Dropped(PacketDrop.Replayed));
        Assert.True(listener.Heard > Mutator.Count / 100 && listener.Keys > 0 && listener.Byes > 0);
        Assert.True(path.Sent > 0);
    }

    [Fact]
    public async Task Reports_and_feedback_allocate_nothing()
    {
        await using RtcServer server = Calls.Server(static options => options.ConsentTimeout = TimeSpan.FromHours(1));
        using var peer = new TestPeer(server);
        var listener = new Listener();
        PeerConnection session = server.Accept(peer.Offer(), Calls.Formats, listener);
        var path = new DeafPath();
        Assert.True(server.Router.HandleCheck(peer.Check(session.Answer), path));
        using SrtpContext sends = Secure(session, SrtpProfile.AeadAes128Gcm);
        var options = new RtcOptions();
        byte[] packet = new byte[64];
        byte[] head = Convert.FromHexString("900000000000000200000003" + "BEDE000131000000");
        ushort number = 0;
        TimeSpan now = TimeSpan.Zero;

        Assert.Equal(0, Allocations.Of(() =>
        {
            for (int i = 0; i < 100; i++)
            {
                // Every fifth packet is lost, which feedback tells and a NACK asks for.
                number += (ushort)(i % 5 == 0 ? 2 : 1);
                head.CopyTo(packet, 0);
                BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), number);
                BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(17), number);
                server.Router.Handle(packet.AsSpan(0, sends.Protect(packet, head.Length + 4)), path);
                session.Tick(now += TimeSpan.FromMilliseconds(100), options);
            }
        }));
        Assert.Equal(300, listener.Heard);
        Assert.True(path.Sent > 300 + 30);
    }

    private static SrtpContext Secure(PeerConnection session, SrtpProfile profile)
    {
        byte[] keys = new byte[2 * (SrtpProfiles.KeyLength + profile.SaltLength())];
        new Random(1).NextBytes(keys);
        SrtpContext fromClient = new SrtpMaster(profile, [.. keys]).FromClient();
        session.Secure(new SrtpMaster(profile, keys));
        return fromClient;
    }

    // Few damaged checks have the right length and fingerprint, which whoever makes them can write too.
    private static Memory<byte> Mended(Memory<byte> input)
    {
        const int fingerprintLength = 8;
        if (input.Length < StunMessage.HeaderLength + fingerprintLength || input.Span[0] > 3) return input;
        Span<byte> message = input.Span[..(input.Length & ~3)];
        int covered = message.Length - fingerprintLength;
        BinaryPrimitives.WriteUInt16BigEndian(message[2..], (ushort)(message.Length - StunMessage.HeaderLength));
        BinaryPrimitives.WriteUInt16BigEndian(message[covered..], (ushort)StunAttribute.Fingerprint);
        BinaryPrimitives.WriteUInt16BigEndian(message[(covered + 2)..], sizeof(uint));
        BinaryPrimitives.WriteUInt32BigEndian(message[(covered + 4)..], Crc32.Of(message[..covered]) ^ StunMessage.FingerprintMask);
        return input[..message.Length];
    }

    private static byte[] Sound(SrtpContext sends, ushort number)
    {
        byte[] packet = Room($"8000{number:X4}000000020000000301020304", out int length);
        return packet[..sends.Protect(packet, length)];
    }

    private static byte[] Room(string hex, out int length)
    {
        byte[] bytes = Convert.FromHexString(hex);
        length = bytes.Length;
        return [.. bytes, .. new byte[SrtpContext.MaximumOverhead]];
    }

    /// <summary>A way that takes everything and leads nowhere.</summary>
    private sealed class DeafPath() : NetworkPath(s_remote)
    {
        public long Sent { get; private set; }

        public override bool TrySend(ReadOnlySpan<byte> packet)
        {
            Sent++;
            return true;
        }

        public override void Release()
        {
        }
    }

    private sealed class Listener : IPeerListener
    {
        public int Heard { get; private set; }

        public int Keys { get; private set; }

        public int Byes { get; private set; }

        public void OnAudio(PeerConnection peer, in AudioPacket packet) => Heard++;

        public void OnTelephoneEvent(PeerConnection peer, TelephoneEvent telephoneEvent) => Keys++;

        public void OnBye(PeerConnection peer) => Byes++;
    }
}
