using VoiceGlm.CallTesting;

namespace VoiceGlm.Audio.Tests;

public sealed class OpusTests
{
    private const int Frame = 960;

    [Fact]
    public void Absence_is_told_with_what_to_install()
    {
        (nint handle, string? absence) = OpusLibrary.Load(["libnothing.so.9"]);
        Assert.Equal(0, handle);
        Assert.StartsWith("Opus needs the library libopus, which was not found (looked for libnothing.so.9). Install it: 'apt-get install libopus0'", absence, StringComparison.Ordinal);
    }

    [Fact]
    public void Library_says_what_it_is()
    {
        CodecsUnderTest.Named("opus");
        Assert.StartsWith("libopus", OpusLibrary.Version, StringComparison.Ordinal);
    }

    [Fact]
    public void Reported_losses_turn_redundancy_on_and_their_end_turns_it_off()
    {
        IAudioCodec codec = CodecsUnderTest.Named("opus");
        using var encoder = (OpusEncoder)new OpusCodec(new OpusOptions { ExpectedLoss = 0 }).CreateEncoder();
        float[] speech = codec.Speech(3);
        Assert.Equal(0, ShareWithPredecessor(codec, speech, encoder));
        encoder.ReportLoss(0.1);
        Assert.InRange(ShareWithPredecessor(codec, speech, encoder), 0.5, 1);
        for (int report = 0; report < 10; report++) encoder.ReportLoss(0);
        Assert.InRange(encoder.ExpectedLoss, 0, 0.01);

        // The first packet may still hold the one before.
        Assert.InRange(ShareWithPredecessor(codec, speech, encoder), 0, 0.01);
    }

    [Fact]
    public void Packet_tells_truly_whether_it_holds_its_predecessor()
    {
        IAudioCodec codec = CodecsUnderTest.Named("opus");
        float[] speech = codec.Speech(3);
        using IAudioEncoder encoder = codec.CreateEncoder();
        encoder.ReportLoss(0.2);
        List<byte[]> packets = codec.Encode(speech, encoder);
        using IAudioDecoder recovering = codec.CreateDecoder();
        using IAudioDecoder concealing = codec.CreateDecoder();
        var recovered = new float[Frame];
        var concealed = new float[Frame];
        int better = 0;
        int recoverable = 0;
        for (int i = 10; i < packets.Count; i++)
        {
            if (packets[i - 1].Length == 0 || packets[i].Length == 0) continue;
            bool holds = recovering.HasPredecessor(packets[i]);
            Assert.Equal(holds, recovering.TryRecover(packets[i], recovered));
            concealing.Conceal(concealed);
            float[] truth = speech[((i - 1) * Frame)..(i * Frame)];

            // Packets with and without it: the two decoders agree where it is not there, so only where it is can one be better.
            if (!holds)
            {
                recovering.Conceal(recovered);
                Assert.Equal(concealed, recovered);
            }
            else
            {
                recoverable++;
                if (Likeness(truth, recovered) > Likeness(truth, concealed)) better++;
            }

            // Both go on from the same packets.
            recovering.Reset();
            concealing.Reset();
            for (int past = Math.Max(0, i - 3); past < i; past++)
            {
                if (packets[past].Length == 0) continue;
                recovering.Decode(packets[past], recovered);
                concealing.Decode(packets[past], concealed);
            }
        }

        Assert.True(recoverable > 50, $"{recoverable} packets hold their predecessor.");
        Assert.InRange(better / (double)recoverable, 0.8, 1);
    }

    [Fact]
    public void Silence_is_not_sent()
    {
        IAudioCodec codec = CodecsUnderTest.Named("opus");
        List<byte[]> packets = codec.Encode(new float[Frame * 200]);
        Assert.InRange(packets.Skip(50).Count(static packet => packet.Length > 0), 0, 15);
    }

    [Fact]
    public void Encoder_names_the_lengths_that_a_packet_can_have()
    {
        using IAudioEncoder encoder = CodecsUnderTest.Named("opus").CreateEncoder();
        var exception = Assert.Throws<ArgumentException>(() => encoder.Encode(new float[961], new byte[1276]));
        Assert.StartsWith("libopus refuses 961 samples: invalid argument. A packet has 120, 240, 480,", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(5_999, 5, 0.0, "Bitrate must be from 6,000 to 510,000 bits per second.")]
    [InlineData(32_000, 11, 0.0, "Complexity must be from 0 to 10.")]
    [InlineData(32_000, 5, 1.1, "ExpectedLoss must be from 0 to 1.")]
    public void Options_out_of_range_are_refused_with_a_sentence(int bitrate, int complexity, double loss, string expected)
    {
        CodecsUnderTest.Named("opus");
        var options = new OpusOptions { Bitrate = bitrate, Complexity = complexity, ExpectedLoss = loss };
        var exception = Assert.Throws<ArgumentOutOfRangeException>(() => new OpusCodec(options));
        Assert.StartsWith(expected, exception.Message, StringComparison.Ordinal);
    }

    private static double ShareWithPredecessor(IAudioCodec codec, float[] speech, OpusEncoder encoder)
    {
        using IAudioDecoder decoder = codec.CreateDecoder();
        return codec.Encode(speech, encoder).Average(packet => decoder.HasPredecessor(packet) ? 1.0 : 0);
    }

    // The decoder is 6.5 ms behind.
    private static double Likeness(float[] truth, float[] sound)
    {
        Similarity.Find(truth.AsSpan(0, 600), sound, out float correlation);
        return correlation;
    }
}
