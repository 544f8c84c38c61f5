using VoiceGlm.Audio;
using VoiceGlm.Testing;
using Xunit;

namespace VoiceGlm.CallTesting;

/// <summary>The codecs, each with what a test needs of it.</summary>
public static class CodecsUnderTest
{
    /// <summary>A codec by its name. Skips the test where Opus is not to be had, and says how to get it.</summary>
    public static IAudioCodec Named(string name)
    {
        if (name == "opus") Assert.SkipWhen(OpusLibrary.Absence is not null, OpusLibrary.Absence ?? "");
        return AudioCodecs.Available.Single(codec => codec.Name == name);
    }

    /// <summary>Samples of 20 ms.</summary>
    public static int FrameSamples(this IAudioCodec codec) => codec.SampleRate.Hertz / 50;

    /// <summary>The first seconds of a recorded voice at a codec's rate.</summary>
    public static float[] Speech(this IAudioCodec codec, double seconds, string name = "speech_en.wav")
    {
        WaveFile wave = WaveFile.Read(Repository.Fixture("audio", name));
        var resampler = new Resampler(wave.SampleRate, codec.SampleRate, ResamplerFilter.Flat);
        ReadOnlySpan<float> input = wave.Channel(0).Span;
        input = input[..Math.Min(input.Length, (int)(seconds * wave.SampleRate.Hertz))];
        var output = new float[resampler.OutputCapacity(input.Length)];
        int written = resampler.Process(input, output);
        return output[..(written - (written % codec.FrameSamples()))];
    }

    /// <summary>The packets of sound.</summary>
    public static List<byte[]> Encode(this IAudioCodec codec, ReadOnlySpan<float> sound, IAudioEncoder? encoder = null)
    {
        using IAudioEncoder? own = encoder is null ? codec.CreateEncoder() : null;
        encoder ??= own!;
        var packets = new List<byte[]>();
        var payload = new byte[encoder.MaxPayloadBytes(codec.FrameSamples())];
        for (int start = 0; start + codec.FrameSamples() <= sound.Length; start += codec.FrameSamples())
        {
            int written = encoder.Encode(sound.Slice(start, codec.FrameSamples()), payload);
            packets.Add(payload[..written]);
        }

        return packets;
    }

    /// <summary>The sound of packets, in which a packet of no bytes is concealed.</summary>
    public static float[] Decode(this IAudioCodec codec, IEnumerable<byte[]> packets, IAudioDecoder? decoder = null)
    {
        using IAudioDecoder? own = decoder is null ? codec.CreateDecoder() : null;
        decoder ??= own!;
        var sound = new List<float>();
        var samples = new float[codec.FrameSamples()];
        foreach (byte[] packet in packets)
        {
            if (packet.Length == 0) decoder.Conceal(samples);
            else Assert.Equal(samples.Length, decoder.Decode(packet, samples));
            sound.AddRange(samples);
        }

        return [.. sound];
    }
}
