using VoiceGlm.Testing;

namespace VoiceGlm.Rtc.Tests;

public sealed class RtpPacketTests
{
    private static readonly RtpExtensionMap s_map = new() { AudioLevel = 1, AbsoluteSendTime = 2, TransportSequence = 3 };

    [Fact]
    public void Packet_written_is_read_again()
    {
        byte[] packet = Write(s_map, new AudioLevel(31, true), [1, 2, 3, 4, 5]);
        Assert.True(RtpPacket.TryParse(packet, out RtpPacket read));
        Assert.Equal((true, 111, 65_535, 0xFEDCBA98, 0x01020304u), (read.Marker, read.PayloadType, read.SequenceNumber, read.Timestamp, read.Ssrc));
        Assert.Equal([1, 2, 3, 4, 5], read.Payload.ToArray());
        Assert.Equal("9F", Extension(read, 1));
        Assert.Equal("123456", Extension(read, 2));
        Assert.Equal("ABCD", Extension(read, 3));
        Assert.Null(Extension(read, 4));
        Assert.Null(Extension(read, 0));
        Assert.Equal(new AudioLevel(31, true), AudioLevel.From(0x9F));
    }

    [Fact]
    public void Packet_without_extensions_is_twelve_bytes_and_its_payload()
    {
        Assert.Equal("80EFFFFFFEDCBA980102030407", Convert.ToHexString(Write(RtpExtensionMap.None, null, [7])));
        Assert.Equal("80EFFFFFFEDCBA980102030407", Convert.ToHexString(Write(new RtpExtensionMap { AudioLevel = 1 }, null, [7])));
    }

    [Fact]
    public void Sources_padding_and_two_byte_extensions_are_read()
    {
        // Two contributing sources, an extension of two-byte elements (one of length 0, one of 3), four bytes of padding.
        byte[] packet = Convert.FromHexString("B2000001000000020000000300000004000000051000000205000603AABBCC00" + "0102" + "00000004");
        Assert.True(RtpPacket.TryParse(packet, out RtpPacket read));
        Assert.Equal("0102", Convert.ToHexString(read.Payload));
        Assert.Equal("", Extension(read, 5));
        Assert.Equal("AABBCC", Extension(read, 6));
    }

    [Theory]
    [InlineData("", "nothing")]
    [InlineData("8000000100000002000000", "eleven bytes")]
    [InlineData("400000010000000200000003", "version 1")]
    [InlineData("810000010000000200000003", "a source that is not there")]
    [InlineData("900000010000000200000003BEDE", "half an extension's head")]
    [InlineData("900000010000000200000003BEDE0001", "an extension that is not there")]
    [InlineData("A0000001000000020000000300", "padding of none")]
    [InlineData("A0000001000000020000000302", "more padding than packet")]
    public void Packet_that_does_not_hold_what_it_says_is_refused(string hex, string what) =>
        Assert.False(RtpPacket.TryParse(Convert.FromHexString(hex), out _), $"Refuses {what}.");

    [Fact]
    public void Sequence_numbers_go_on_beyond_their_16_bits_in_any_order()
    {
        var unwrapper = default(SequenceUnwrapper);
        long[] unwrapped = [.. new ushort[] { 65_534, 65_535, 1, 0, 65_533, 2, 30_000, 60_000, 20_000 }.Select(number => unwrapper.Unwrap(number))];
        Assert.Equal([65_534, 65_535, 65_537, 65_536, 65_533, 65_538, 95_536, 125_536, 151_072], unwrapped);
    }

    [Fact]
    public void Damaged_packets_are_read_within_their_bounds()
    {
        int read = 0;
        new Mutator(3, Write(s_map, new AudioLevel(1, false), new byte[40]), Convert.FromHexString("B2000001000000020000000300000004000000051000000205000603AABBCC00010200000004")).Run(
            input =>
            {
                if (!RtpPacket.TryParse(input.Span, out RtpPacket packet)) return;
                read++;
                for (int identifier = 1; identifier < 16; identifier++)
                {
                    if (packet.TryGetExtension(identifier, out ReadOnlySpan<byte> value) && value.Length > 255) Assert.Fail("An extension is too long.");
                }

                if (TelephoneEvent.TryParse(packet.Payload, out TelephoneEvent key)) _ = key.Key;
            });
        Assert.InRange(read, Mutator.Count / 100, Mutator.Count);
    }

    private static byte[] Write(RtpExtensionMap map, AudioLevel? level, byte[] payload)
    {
        var buffer = new byte[RtpWriter.MaximumHeaderLength + payload.Length];
        int length = RtpWriter.Write(
            buffer, new RtpHeader(111, true, 65_535, 0xFEDCBA98, 0x01020304), map, new RtpExtensionValues(level, 0x123456, 0xABCD), payload);
        return buffer[..length];
    }

    private static string? Extension(RtpPacket packet, int identifier) =>
        packet.TryGetExtension(identifier, out ReadOnlySpan<byte> value) ? Convert.ToHexString(value) : null;
}
