using VoiceGlm.CallTesting;
using VoiceGlm.Testing;

namespace VoiceGlm.Audio.Tests;

public sealed class G711Tests
{
    public static TheoryData<string> Laws => ["PCMU", "PCMA"];

    [Theory]
    [MemberData(nameof(Laws))]
    public void Decoder_equals_the_peer_for_every_byte(string name)
    {
        short[] expected = Npy.Read<short>("codecs", $"{name.ToLowerInvariant()}_decoded_by_audioop.npy").Values;
        Assert.Equal(expected, Values(CodecsUnderTest.Named(name)));
    }

    [Theory]
    [MemberData(nameof(Laws))]
    public void Encoder_is_never_off_by_more_than_half_a_step(string name)
    {
        IAudioCodec codec = CodecsUnderTest.Named(name);
        short[] values = Values(codec);
        short[] sorted = [.. values.Order()];
        using IAudioEncoder encoder = codec.CreateEncoder();
        float[] samples = [.. Enumerable.Range(short.MinValue, 65_536).Select(static sample => sample / 32768f)];
        var payload = new byte[samples.Length];
        encoder.Encode(samples, payload);
        for (int i = 0; i < payload.Length; i++)
        {
            int sample = i + short.MinValue;
            short value = values[payload[i]];
            int place = Array.BinarySearch(sorted, value);

            // Where steps become twice as long, a value has half of either on its sides.
            int step = Math.Max(place > 0 ? value - sorted[place - 1] : 0, place < 255 ? sorted[place + 1] - value : 0);
            bool isBeyond = sample < sorted[0] || sample > sorted[^1];
            Assert.True(isBeyond ? value == sorted[0] || value == sorted[^1] : 2 * Math.Abs(value - sample) <= step, $"{name} takes {sample} as {value}; its step is {step}.");
        }
    }

    [Theory]
    [MemberData(nameof(Laws))]
    public void Every_byte_comes_back_as_itself(string name)
    {
        IAudioCodec codec = CodecsUnderTest.Named(name);
        byte[] bytes = [.. Enumerable.Range(0, 256).Select(static code => (byte)code)];
        using IAudioEncoder encoder = codec.CreateEncoder();
        var samples = new float[256];
        using IAudioDecoder decoder = codec.CreateDecoder();
        decoder.Decode(bytes, samples);
        var again = new byte[256];
        encoder.Encode(samples, again);

        // The µ-law has two zeros.
        if (name == "PCMU") bytes[0x7F] = 0xFF;
        Assert.Equal(bytes, again);
    }

    private static short[] Values(IAudioCodec codec)
    {
        using IAudioDecoder decoder = codec.CreateDecoder();
        var samples = new float[256];
        decoder.Decode([.. Enumerable.Range(0, 256).Select(static code => (byte)code)], samples);
        return [.. samples.Select(static sample => (short)(sample * 32768))];
    }
}
