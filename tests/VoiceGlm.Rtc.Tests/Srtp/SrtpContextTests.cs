using System.Buffers.Binary;
using VoiceGlm.Testing;

namespace VoiceGlm.Rtc.Tests;

public sealed class SrtpContextTests
{
    // The master key and salt of RFC 3711, appendix B.3.
    private static readonly byte[] s_key = Convert.FromHexString("E1F97A0D3E018BE0D64FA32C06DE4139");
    private static readonly byte[] s_salt = Convert.FromHexString("0EC675AD498AFEEBB6960B3AABE6");

    public static TheoryData<SrtpProfile> Profiles { get; } = [SrtpProfile.Aes128CmHmacSha1, SrtpProfile.AeadAes128Gcm];

    [Fact]
    public void Keystream_is_that_of_RFC_3711_B_2()
    {
        using var cipher = new AesCounter(Convert.FromHexString("2B7E151628AED2A6ABF7158809CF4F3C"));
        var stream = new byte[0xFF02 * 16];
        cipher.Apply(stream, UInt128.Parse("F0F1F2F3F4F5F6F7F8F9FAFBFCFD0000", System.Globalization.NumberStyles.HexNumber, null));
        Assert.Equal("E03EAD0935C95E80E166B16DD92B4EB4D23513162B02D0F72A43A2FE4A5F97AB41E95B3BB0A2E8DD477901E4FCA894C0", Convert.ToHexString(stream.AsSpan(0, 48)));
        Assert.Equal("EC8CDF7398607CB0F2D21675EA9EA1E4362B7C3C6773516318A077D7FC5073AE6A2CC3787889374FBEB4C81B17BA6C44", Convert.ToHexString(stream.AsSpan(0xFEFF * 16)));
    }

    [Fact]
    public void Session_keys_are_those_of_RFC_3711_B_3()
    {
        SrtpKeys keys = SrtpKeys.Derive(SrtpProfile.Aes128CmHmacSha1, s_key, s_salt, rtcp: false);
        Assert.Equal("C61E7A93744F39EE10734AFE3FF7A087", Convert.ToHexString(keys.Cipher));
        Assert.Equal("30CBBC08863D8C85D49DB34A9AE1", Convert.ToHexString(keys.Salt));
        Assert.Equal("CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4", Convert.ToHexString(keys.Authentication));
    }

    [Theory]
    [InlineData(false, "800F1234DECAFBADCAFEBABEABABABABABABABABABABABABABABABAB", "800F1234DECAFBADCAFEBABE4E55DC4CE79978D88CA4D215949D2402B78D6ACC99EA179B8DBB")]
    [InlineData(true, "81C8000BCAFEBABEABABABABABABABABABABABABABABABAB", "81C8000BCAFEBABE7128035BE487B9BDBEF89041F977A5A880000001993E08CD54D6C1230798")]
    public void Whole_packets_are_those_that_libsrtp_makes(bool rtcp, string plain, string expected)
    {
        using var sender = new SrtpContext(SrtpProfile.Aes128CmHmacSha1, s_key, s_salt);
        Check(sender, rtcp, plain, expected);
    }

    [Theory]
    [InlineData(false, "800F1234DECAFBADCAFEBABEABABABABABABABABABABABABABABABAB", "800F1234DECAFBADCAFEBABEC5002EDE04CFDD2EB91159E0880AA06ED2976826F796B201DF3131A127E8A392")]
    [InlineData(true, "81C8000BCAFEBABEABABABABABABABABABABABABABABABAB", "81C8000BCAFEBABEC98B8B5DF0392A55852B6C21AC8E7025C52C6FBEA2B3B446EA31123BA88CE61E80000001")]
    public void Whole_packets_of_GCM_are_those_that_libsrtp_makes(bool rtcp, string plain, string expected)
    {
        using var sender = new SrtpContext(
            SrtpProfile.AeadAes128Gcm, Convert.FromHexString("000102030405060708090A0B0C0D0E0F"), Convert.FromHexString("A0A1A2A3A4A5A6A7A8A9AAAB"));
        Check(sender, rtcp, plain, expected);
    }

    [Fact]
    public void Packet_of_RFC_7714_16_1_is_written_byte_for_byte()
    {
        using SrtpContext context = Rfc7714();
        byte[] packet = Room("8040F17B8041F8D35501A0B247616C6C696120657374206F6D6E69732064697669736120696E207061727465732074726573", out int length);
        int sent = context.Protect(packet, length);
        Assert.Equal(
            "8040F17B8041F8D35501A0B2F24DE3A3FB34DE6CACBA861C9D7E4BCABE633BD50D294E6F42A5F47A51C7D19B36DE3ADF8833899D7F27BEB16A9152CF765EE4390CCE",
            Convert.ToHexString(packet.AsSpan(0, sent)));
    }

    [Fact]
    public void Control_packet_of_RFC_7714_17_1_is_read()
    {
        using SrtpContext context = Rfc7714();
        byte[] packet = Convert.FromHexString(
            "81C8000D4D61727363E94885DCDAB67CA727D7662F6B7E997FF5C0F76C06F32DC676A5F1730D6FDA4CE09B4686303DED0BB9275BC84AA45896CF4D2FC5ABF87245D9EADE800005D4");
        Assert.Equal(SrtpResult.Ok, context.UnprotectRtcp(packet, out int length));
        Assert.Equal("81C8000D4D6172734E5450314E545032525450200000042A0000E9304C756E61DEADBEEFDEADBEEFDEADBEEFDEADBEEFDEADBEEF", Convert.ToHexString(packet.AsSpan(0, length)));
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Packets_come_through_five_rollovers_with_loss_and_reordering(SrtpProfile profile)
    {
        (SrtpContext sender, SrtpContext receiver) = Pair(profile);
        var random = new Random(5);
        byte[] held = [];
        for (int i = 0; i < 5 * 65_536; i += 1 + random.Next(97))
        {
            byte[] packet = Packet((ushort)i, i);
            int sent = sender.Protect(packet, 52);
            if (random.Next(20) == 0 && held.Length == 0)
            {
                held = packet[..sent];
                continue;
            }

            Assert.Equal(SrtpResult.Ok, receiver.Unprotect(packet.AsSpan(0, sent), out int length));
            Assert.Equal(Packet((ushort)i, i).AsSpan(0, length), packet.AsSpan(0, length));
            if (held.Length == 0 || random.Next(2) == 0) continue;
            Assert.Contains(receiver.Unprotect(held, out _), (SrtpResult[])[SrtpResult.Ok, SrtpResult.Replayed]);
            held = [];
        }

        sender.Dispose();
        receiver.Dispose();
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Packet_that_came_before_is_refused(SrtpProfile profile)
    {
        (SrtpContext sender, SrtpContext receiver) = Pair(profile);
        var sent = new List<byte[]>();
        for (int i = 0; i < 400; i++)
        {
            byte[] packet = Packet((ushort)i, i);
            sent.Add(packet[..sender.Protect(packet, 52)]);
        }

        SrtpResult Receive(int index) => receiver.Unprotect([.. sent[index]], out _);
        Assert.Equal(SrtpResult.Ok, Receive(0));
        Assert.Equal(SrtpResult.Replayed, Receive(0));
        Assert.Equal(SrtpResult.Ok, Receive(100));
        Assert.Equal(SrtpResult.Ok, Receive(1));
        Assert.Equal(SrtpResult.Replayed, Receive(1));
        Assert.Equal(SrtpResult.Ok, Receive(399));
        Assert.Equal(SrtpResult.Replayed, Receive(2));
        Assert.Equal(SrtpResult.Replayed, Receive(271));
        Assert.Equal(SrtpResult.Ok, Receive(272));
        Assert.Equal(SrtpResult.Replayed, Receive(399));
        sender.Dispose();
        receiver.Dispose();
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Control_packet_that_came_before_is_refused(SrtpProfile profile)
    {
        (SrtpContext sender, SrtpContext receiver) = Pair(profile);
        byte[] packet = Room("80C9000100000001", out int length);
        int sent = sender.ProtectRtcp(packet, length);
        byte[] again = packet[..sent];
        Assert.Equal(SrtpResult.Ok, receiver.UnprotectRtcp(packet.AsSpan(0, sent), out _));
        Assert.Equal(SrtpResult.Replayed, receiver.UnprotectRtcp(again, out _));
        sender.Dispose();
        receiver.Dispose();
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Every_flipped_bit_of_a_packet_is_noticed(SrtpProfile profile)
    {
        (SrtpContext sender, SrtpContext receiver) = Pair(profile);
        byte[] packet = Packet(7, 7);
        packet = packet[..sender.Protect(packet, 52)];
        byte[] control = Room("80C9000100000001", out int length);
        control = control[..sender.ProtectRtcp(control, length)];
        for (int bit = 0; bit < packet.Length * 8; bit++)
            Assert.Contains(receiver.Unprotect(Flip(packet, bit), out _), (SrtpResult[])[SrtpResult.NotAuthentic, SrtpResult.Malformed]);
        for (int bit = 0; bit < control.Length * 8; bit++)
            Assert.Contains(receiver.UnprotectRtcp(Flip(control, bit), out _), (SrtpResult[])[SrtpResult.NotAuthentic, SrtpResult.Malformed]);
        // None of them left a trace.
        Assert.Equal(SrtpResult.Ok, receiver.Unprotect(packet, out _));
        Assert.Equal(SrtpResult.Ok, receiver.UnprotectRtcp(control, out _));
        sender.Dispose();
        receiver.Dispose();
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Sources_beyond_the_limit_are_refused_and_the_others_go_on(SrtpProfile profile)
    {
        (SrtpContext _, SrtpContext receiver) = Pair(profile);
        for (uint ssrc = 0; ssrc < 12; ssrc++)
        {
            using SrtpContext sender = Pair(profile).Sender;
            byte[] packet = Packet(1, 1);
            BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(8), ssrc);
            packet = packet[..sender.Protect(packet, 52)];
            Assert.Equal(ssrc < 8 ? SrtpResult.Ok : SrtpResult.TooManySources, receiver.Unprotect(packet, out int _));
        }

        receiver.Dispose();
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Steady_traffic_allocates_nothing(SrtpProfile profile)
    {
        (SrtpContext sender, SrtpContext receiver) = Pair(profile);
        byte[] packet = Packet(0, 0), control = Room("80C9000100000001", out int length);
        long before = 0;
        for (int i = 0; i < 2_100; i++)
        {
            if (i == 100) before = GC.GetAllocatedBytesForCurrentThread();
            BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)i);
            int sent = sender.Protect(packet, 52);
            if (receiver.Unprotect(packet.AsSpan(0, sent), out _) != SrtpResult.Ok) Assert.Fail($"Packet {i}.");
            sent = sender.ProtectRtcp(control, length);
            if (receiver.UnprotectRtcp(control.AsSpan(0, sent), out _) != SrtpResult.Ok) Assert.Fail($"Control packet {i}.");
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        sender.Dispose();
        receiver.Dispose();
    }

    [Theory]
    [InlineData(SrtpProfile.Aes128CmHmacSha1, 0)]
    [InlineData(SrtpProfile.AeadAes128Gcm, 4096)]
    public void Damaged_packets_never_pass(SrtpProfile profile, long maximumBytes)
    {
        (SrtpContext sender, SrtpContext receiver) = Pair(profile);
        byte[] packet = Packet(7, 7);
        packet = packet[..sender.Protect(packet, 52)];
        byte[] control = Room("80C9000100000001", out int length);
        control = control[..sender.ProtectRtcp(control, length)];
        new Mutator(6, packet, control).Run(
            input =>
            {
                bool same = input.Span.SequenceEqual(packet) || input.Span.SequenceEqual(control);
                if (same) return;
                if (receiver.Unprotect(input.Span, out _) == SrtpResult.Ok || receiver.UnprotectRtcp(input.Span, out _) == SrtpResult.Ok)
                    Assert.Fail("A damaged packet passed.");
            },
            maximumBytes);
        sender.Dispose();
        receiver.Dispose();
    }

    private static void Check(SrtpContext sender, bool rtcp, string plain, string expected)
    {
        byte[] packet = Room(plain, out int length);
        int sent;
        if (rtcp)
        {
            // libsrtp counts RTCP from 1, this side from 0: the second compound is its first.
            sender.ProtectRtcp([.. packet], length);
            sent = sender.ProtectRtcp(packet, length);
        }
        else
        {
            sent = sender.Protect(packet, length);
        }

        Assert.Equal(expected, Convert.ToHexString(packet.AsSpan(0, sent)));
    }

    private static SrtpContext Rfc7714()
    {
        static SrtpKeys Keys() => new()
        {
            Cipher = Convert.FromHexString("000102030405060708090A0B0C0D0E0F"),
            Salt = Convert.FromHexString("517569642070726F2071756F"),
            Authentication = [],
        };
        return new SrtpContext(SrtpProfile.AeadAes128Gcm, Keys(), Keys());
    }

    private static (SrtpContext Sender, SrtpContext Receiver) Pair(SrtpProfile profile)
    {
        ReadOnlySpan<byte> salt = s_salt.AsSpan(0, profile.SaltLength());
        return (new SrtpContext(profile, s_key, salt), new SrtpContext(profile, s_key, salt));
    }

    private static byte[] Packet(ushort sequenceNumber, int content)
    {
        var packet = new byte[52 + SrtpContext.MaximumOverhead];
        packet[0] = 0x80;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), sequenceNumber);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(8), 0xCAFEBABE);
        BinaryPrimitives.WriteInt32BigEndian(packet.AsSpan(40), content);
        return packet;
    }

    private static byte[] Room(string hex, out int length)
    {
        byte[] bytes = Convert.FromHexString(hex);
        length = bytes.Length;
        return [.. bytes, .. new byte[SrtpContext.MaximumOverhead]];
    }

    private static byte[] Flip(byte[] packet, int bit)
    {
        byte[] flipped = [.. packet];
        flipped[bit / 8] ^= (byte)(1 << (bit % 8));
        return flipped;
    }
}
