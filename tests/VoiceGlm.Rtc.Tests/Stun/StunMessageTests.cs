using System.Net;
using System.Text;
using VoiceGlm.Testing;

namespace VoiceGlm.Rtc.Tests;

public sealed class StunMessageTests
{
    // RFC 5769 §2.1 to §2.3.
    private static readonly byte[] s_request = Convert.FromHexString(
        "000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74002400046e0001ff80290008932ff9b151263b36"
        + "000600096576746a3a68367659202020000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a280280004e57a3bcf");

    private static readonly byte[] s_response = Convert.FromHexString(
        "0101003c2112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000080001a147e112a643"
        + "000800142b91f599fd9e90c38c7489f92af9ba53f06be7d780280004c07d4c96");

    private static readonly byte[] s_response6 = Convert.FromHexString(
        "010100482112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9"
        + "00080014a382954e4be67bf11784c97c8292c275bfe3ed4180280004c8fb0b4c");

    private static readonly byte[] s_key = Encoding.ASCII.GetBytes("VOkJxbRl1RmTxUk/WvJxBt");

    [Fact]
    public void Request_of_RFC_5769_is_read_and_authenticated()
    {
        Assert.True(StunMessage.TryParse(s_request, out StunMessage message));
        Assert.Equal(StunType.BindingRequest, message.Type);
        Assert.Equal("B7E7A701BC34D686FA87DFAE", Convert.ToHexString(message.TransactionId));
        Assert.True(message.HasValidFingerprint());
        Assert.True(message.IsAuthentic(s_key));
        Assert.True(message.TryGet(StunAttribute.Username, out ReadOnlySpan<byte> user));
        Assert.Equal("evtj:h6vY", Encoding.ASCII.GetString(user));
        Assert.True(message.TryGet(StunAttribute.Priority, out ReadOnlySpan<byte> priority));
        Assert.Equal("6E0001FF", Convert.ToHexString(priority));
        Assert.True(message.TryGet(StunAttribute.IceControlled, out _));
        Assert.False(message.TryGet(StunAttribute.UseCandidate, out _));
    }

    [Theory]
    [InlineData("192.0.2.1", false)]
    [InlineData("2001:db8:1234:5678:11:2233:4455:6677", true)]
    public void Response_of_RFC_5769_is_written_byte_for_byte(string address, bool six)
    {
        byte[] expected = six ? s_response6 : s_response;
        var writer = new StunWriter(new byte[256], StunType.BindingSuccess, s_response.AsSpan(8, 12));
        writer.Add(StunAttribute.Software, "test vector"u8);
        // The vector pads with a space where this writer pads with zeros: the padding is authenticated, so it is set here.
        byte[] padded = [.. writer.Written];
        padded[^1] = 0x20;
        byte[] buffer = new byte[256];
        var again = new StunWriter(buffer, StunType.BindingSuccess, s_response.AsSpan(8, 12));
        again.Add(StunAttribute.Software, "test vector"u8);
        padded.CopyTo(buffer, 0);
        again.AddAddress(TransportAddress.From(new IPEndPoint(IPAddress.Parse(address), 32853)));
        again.AddIntegrity(s_key);
        again.AddFingerprint();
        Assert.Equal(Convert.ToHexString(expected), Convert.ToHexString(again.Written));
        Assert.True(StunMessage.TryParse(expected, out StunMessage message));
        Assert.True(message.IsAuthentic(s_key) && message.HasValidFingerprint());
    }

    [Fact]
    public void Every_flipped_bit_of_a_request_is_noticed()
    {
        for (int bit = 0; bit < s_request.Length * 8; bit++)
        {
            byte[] flipped = [.. s_request];
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(
                StunMessage.TryParse(flipped, out StunMessage message) && message.HasValidFingerprint() && message.IsAuthentic(s_key), $"Bit {bit} was not noticed.");
        }
    }

    [Fact]
    public void Attribute_behind_the_integrity_is_not_believed()
    {
        var writer = new StunWriter(new byte[256], StunType.BindingRequest, new byte[12]);
        writer.Add(StunAttribute.Username, "a:b"u8);
        writer.AddIntegrity(s_key);
        writer.Add(StunAttribute.UseCandidate, []);
        writer.AddFingerprint();
        Assert.True(StunMessage.TryParse(writer.Written, out StunMessage message));
        Assert.True(message.IsAuthentic(s_key));
        Assert.False(message.TryGet(StunAttribute.UseCandidate, out _));
    }

    [Fact]
    public void Damaged_messages_are_read_within_their_bounds()
    {
        int read = 0;
        new Mutator(2, s_request, s_response, s_response6).Run(
            input =>
            {
                if (!StunMessage.TryParse(input.Span, out StunMessage message)) return;
                read++;
                message.TryGet(StunAttribute.Username, out _);
                message.TryGet((StunAttribute)0xFFFF, out _);
                message.HasValidFingerprint();
                message.IsAuthentic(s_key);
            });
        Assert.InRange(read, Mutator.Count / 100, Mutator.Count);
    }
}
