using VoiceGlm.Testing;

namespace VoiceGlm.Rtc.Tests;

public sealed class StreamFramingTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(4_000)]
    public void Packets_come_out_whole_however_the_stream_is_cut(int cut)
    {
        var random = new Random(9);
        List<byte[]> packets = [.. Enumerable.Range(0, 50).Select(index =>
        {
            var packet = new byte[index == 10 ? StreamFraming.MaximumPacket : random.Next(300)];
            random.NextBytes(packet);
            return packet;
        })];
        byte[] stream = [.. packets.SelectMany(static packet => (byte[])[(byte)(packet.Length >> 8), (byte)packet.Length, .. packet])];
        var framing = new StreamFraming();
        List<byte[]> taken = [];
        for (int at = 0; at < stream.Length;)
        {
            Memory<byte> free = framing.Free;
            int count = Math.Min(Math.Min(cut, stream.Length - at), free.Length);
            stream.AsSpan(at, count).CopyTo(free.Span);
            framing.Advance(count);
            at += count;
            while (framing.TryTake(out Span<byte> packet))
                taken.Add(packet.ToArray());
        }

        Assert.Equal(packets, taken);
    }

    [Fact]
    public void Packet_larger_than_any_is_refused()
    {
        var framing = new StreamFraming();
        new byte[] { 0x08, 0x01 }.CopyTo(framing.Free);
        framing.Advance(2);
        Assert.Throws<InvalidDataException>(() => framing.TryTake(out _));
    }

    [Fact]
    public void Damaged_streams_are_cut_into_packets_or_refused()
    {
        long taken = 0, refused = 0;
        byte[] stream = [0, 3, 1, 2, 3, 0, 0, 0, 1, 9, 8, 0, .. new byte[2048], 0, 2, 5, 5];
        new Mutator(8, stream, [0, 3, 1, 2, 3, 0, 1, 4]).Run(
            input =>
            {
                var framing = new StreamFraming();
                try
                {
                    for (ReadOnlySpan<byte> rest = input.Span; !rest.IsEmpty;)
                    {
                        Memory<byte> free = framing.Free;
                        if (free.IsEmpty) Assert.Fail("There is no room for the next bytes.");
                        int count = Math.Min(Math.Min(1_000, rest.Length), free.Length);
                        rest[..count].CopyTo(free.Span);
                        framing.Advance(count);
                        rest = rest[count..];
                        while (framing.TryTake(out Span<byte> packet))
                        {
                            if (packet.Length > StreamFraming.MaximumPacket) Assert.Fail("A packet is too long.");
                            taken++;
                        }
                    }
                }
                catch (InvalidDataException)
                {
                    refused++;
                }
            },
            maximumBytes: 8192);
        Assert.True(taken > Mutator.Count && refused > Mutator.Count / 100, $"{taken} packets, {refused} streams refused.");
    }
}
