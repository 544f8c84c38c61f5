using VoiceGlm.Testing;

namespace VoiceGlm.Audio.Tests;

public sealed class G722Tests
{
    private static readonly G722Codec s_codec = new();

    [Fact]
    public void Encoder_equals_the_peer_to_the_bit()
    {
        float[] input = Floats("g722_input.npy");
        using IAudioEncoder encoder = s_codec.CreateEncoder();
        var payload = new byte[input.Length / 2];
        encoder.Encode(input, payload);
        Assert.Equal(Npy.Read<byte>("codecs", "g722_encoded_by_spandsp.npy").Values, payload);
    }

    [Theory]
    [InlineData("g722_encoded_by_spandsp.npy", "g722_decoded_by_spandsp.npy")]
    [InlineData("g722_random_bytes.npy", "g722_random_bytes_decoded_by_spandsp.npy")]
    public void Decoder_equals_the_peer_to_the_bit(string encoded, string decoded)
    {
        byte[] payload = Npy.Read<byte>("codecs", encoded).Values;
        using IAudioDecoder decoder = s_codec.CreateDecoder();
        var samples = new float[2 * payload.Length];
        decoder.Decode(payload, samples);
        AssertEqualToThePeer(decoded, samples);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(160)]
    [InlineData(962)]
    public void Bits_and_samples_do_not_depend_on_the_length_of_packets(int packetSamples)
    {
        float[] input = Floats("g722_input.npy");
        using IAudioEncoder encoder = s_codec.CreateEncoder();
        using IAudioDecoder decoder = s_codec.CreateDecoder();
        var payload = new byte[input.Length / 2];
        var samples = new float[input.Length];
        for (int start = 0; start < input.Length; start += packetSamples)
        {
            int count = Math.Min(packetSamples, input.Length - start);
            encoder.Encode(input.AsSpan(start, count), payload.AsSpan(start / 2));
            decoder.Decode(payload.AsSpan(start / 2, count / 2), samples.AsSpan(start));
        }

        Assert.Equal(Npy.Read<byte>("codecs", "g722_encoded_by_spandsp.npy").Values, payload);
        AssertEqualToThePeer("g722_decoded_by_spandsp.npy", samples);
    }

    [Fact]
    public void Encoder_refuses_half_a_pair()
    {
        using IAudioEncoder encoder = s_codec.CreateEncoder();
        var exception = Assert.Throws<ArgumentException>(() => encoder.Encode(new float[161], new byte[100]));
        Assert.StartsWith("G.722 writes samples in pairs; 161 is odd.", exception.Message, StringComparison.Ordinal);
    }

    // Where a sample is beyond 16 bits we clip it as the standard does; the peer lets it wrap round.
    private static void AssertEqualToThePeer(string name, float[] samples)
    {
        float[] expected = Floats(name);
        int clipped = 0;
        for (int i = 0; i < samples.Length; i++)
        {
            bool isClipped = samples[i] is -1 or 32767 / 32768f;
            if (!isClipped || expected[i] * samples[i] > 0) continue;
            expected[i] = samples[i];
            clipped++;
        }

        Assert.InRange(clipped, 0, samples.Length / 25);
        Close.Equal(expected, samples, 0);
    }

    private static float[] Floats(string name) => [.. Npy.Read<short>("codecs", name).Values.Select(static sample => sample / 32768f)];
}
