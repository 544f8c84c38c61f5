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
}
