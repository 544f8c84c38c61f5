using VoiceGlm.CallTesting;

namespace VoiceGlm.Audio.Tests;

/// <summary>What every codec promises.</summary>
public sealed class CodecContractTests
{
    public static TheoryData<string> Names => ["opus", "G722", "PCMU", "PCMA"];

    [Theory]
    [MemberData(nameof(Names))]
    public void Encoder_and_decoder_do_it_again_after_a_reset(string name)
    {
        IAudioCodec codec = CodecsUnderTest.Named(name);
        float[] speech = codec.Speech(1);
        using IAudioEncoder encoder = codec.CreateEncoder();
        using IAudioDecoder decoder = codec.CreateDecoder();
        List<byte[]> packets = codec.Encode(speech, encoder);
        float[] sound = codec.Decode(packets, decoder);
        encoder.Reset();
        decoder.Reset();
        Assert.Equal(packets, codec.Encode(speech, encoder));
        Assert.Equal(sound, codec.Decode(packets, decoder));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Streams_do_not_disturb_each_other(string name)
    {
        IAudioCodec codec = CodecsUnderTest.Named(name);
        float[] english = codec.Speech(0.5);
        float[] chinese = codec.Speech(0.5, "speech_zh.wav");
        using IAudioEncoder first = codec.CreateEncoder();
        using IAudioEncoder second = codec.CreateEncoder();
        var interleaved = new List<byte[]>();
        int frame = codec.FrameSamples();
        for (int start = 0; start < english.Length; start += frame)
        {
            interleaved.AddRange(codec.Encode(english.AsSpan(start, frame), first));
            codec.Encode(chinese.AsSpan(start, frame), second);
        }

        Assert.Equal(codec.Encode(english), interleaved);
    }

    [Theory]
    [InlineData("opus", 0.95)]
    [InlineData("G722", 0.99)]
    [InlineData("PCMU", 0.99)]
    [InlineData("PCMA", 0.99)]
    public void Decoded_speech_is_like_what_was_encoded(string name, double least)
    {
        IAudioCodec codec = CodecsUnderTest.Named(name);
        float[] speech = codec.Speech(3);
        Hearing hearing = Hearing.Compare(speech, codec.Decode(codec.Encode(speech)), codec.SampleRate);
        Assert.InRange(hearing.Correlation, least, 1);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_steady_stream_allocates_nothing(string name)
    {
        IAudioCodec codec = CodecsUnderTest.Named(name);
        float[] speech = codec.Speech(1);
        int frame = codec.FrameSamples();
        using IAudioEncoder encoder = codec.CreateEncoder();
        using IAudioDecoder decoder = codec.CreateDecoder();
        var payload = new byte[encoder.MaxPayloadBytes(frame)];
        var samples = new float[frame];
        long allocated = 0;
        for (int round = 0; round < 2; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int start = 0; start < speech.Length; start += frame)
            {
                int written = encoder.Encode(speech.AsSpan(start, frame), payload);
                decoder.Decode(payload.AsSpan(0, written), samples);
                encoder.ReportLoss(0.1);
                if (start % (frame * 5) != 0) continue;
                if (!decoder.TryRecover(payload.AsSpan(0, written), samples)) decoder.Conceal(samples);
            }

            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal(0, allocated);
    }

    // 100,000 payloads of every codec: cut short, lengthened, with changed bits, or random.
    [Theory]
    [MemberData(nameof(Names))]
    public void Decoder_survives_whatever_comes(string name)
    {
        IAudioCodec codec = CodecsUnderTest.Named(name);
        List<byte[]> packets = codec.Encode(codec.Speech(1));
        using IAudioDecoder decoder = codec.CreateDecoder();
        var random = new Random(41);
        var samples = new float[codec.SampleRate.Hertz];
        var damaged = new byte[name == "opus" ? 1500 : 400];
        for (int i = 0; i < 100_000; i++)
        {
            ReadOnlySpan<byte> payload = PayloadDamage.Damage(packets[random.Next(packets.Count)], damaged, random);
            int promised = decoder.SamplesIn(payload);
            Assert.InRange(promised, 0, samples.Length);

            // The first bytes tell the length and are judged every time, the rest is decoded in each tenth.
            if (i % 10 != 0) continue;
            int written = decoder.Decode(payload, samples);
            Assert.True(written == 0 || written == promised, $"Payload {i} promises {promised} samples and gives {written}.");
            Assert.True(samples.AsSpan(0, written).IndexOfAnyExceptInRange(-1, 1) < 0, $"Payload {i} is louder than full scale.");
            decoder.TryRecover(payload, samples.AsSpan(0, codec.FrameSamples()));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Decoder_that_was_given_nonsense_still_decodes(string name)
    {
        IAudioCodec codec = CodecsUnderTest.Named(name);
        float[] speech = codec.Speech(2);
        List<byte[]> packets = codec.Encode(speech);
        using IAudioDecoder decoder = codec.CreateDecoder();
        var random = new Random(7);
        var samples = new float[codec.SampleRate.Hertz];
        var damaged = new byte[1500];
        for (int i = 0; i < 200; i++) decoder.Decode(PayloadDamage.Damage(packets[i % packets.Count], damaged, random), samples);

        // The predictors forget within a second.
        float[] sound = codec.Decode(packets, decoder);
        int half = sound.Length / 2;
        Assert.InRange(Hearing.Compare(speech.AsSpan(half), sound.AsSpan(half), codec.SampleRate).Correlation, 0.95, 1);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Encoder_clips_what_is_too_loud_and_takes_no_number_as_silence(string name)
    {
        IAudioCodec codec = CodecsUnderTest.Named(name);
        var samples = new float[codec.FrameSamples()];
        samples.AsSpan(0, samples.Length / 2).Fill(4);
        samples[^1] = -4;
        if (name != "opus") samples[^2] = float.NaN;
        float[] sound = codec.Decode(codec.Encode(samples));
        Assert.True(sound.AsSpan().IndexOfAnyExceptInRange(-1, 1) < 0);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Encoder_and_decoder_refuse_what_is_too_short_for_them(string name)
    {
        IAudioCodec codec = CodecsUnderTest.Named(name);
        using IAudioEncoder encoder = codec.CreateEncoder();
        using IAudioDecoder decoder = codec.CreateDecoder();
        byte[] packet = codec.Encode(codec.Speech(0.5))[10];
        Assert.Throws<ArgumentException>(() => encoder.Encode(new float[codec.FrameSamples()], new byte[10]));
        Assert.Throws<ArgumentException>(() => decoder.Decode(packet, new float[10]));
    }

    [Theory]
    [InlineData("opus", 48_000, 2, "opus")]
    [InlineData("OPUS", 48_000, 2, "opus")]
    [InlineData("g722", 8_000, 1, "G722")]
    [InlineData("pcmu", 8_000, 1, "PCMU")]
    [InlineData("PCMA", 8_000, 1, "PCMA")]
    public void Codec_is_found_by_the_words_of_an_rtpmap(string name, int clockRate, int channels, string expected)
    {
        CodecsUnderTest.Named(expected);
        Assert.Equal(expected, AudioCodecs.Find(name, clockRate, channels)?.Name);
        Assert.Null(AudioCodecs.Find(name, clockRate + 1, channels));
        Assert.Null(AudioCodecs.Find(name, clockRate, 3));
    }

    [Fact]
    public void Codec_is_found_by_the_payload_type_that_it_was_given_once()
    {
        Assert.Equal("PCMU", AudioCodecs.Find(0)?.Name);
        Assert.Equal("PCMA", AudioCodecs.Find(8)?.Name);
        Assert.Equal("G722", AudioCodecs.Find(9)?.Name);
        Assert.Null(AudioCodecs.Find(111));
    }
}
