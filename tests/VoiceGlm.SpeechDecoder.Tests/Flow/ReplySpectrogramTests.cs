using VoiceGlm.Testing;

namespace VoiceGlm.SpeechDecoder.Tests;

public sealed class ReplySpectrogramTests(DecoderFixture decoder, ITestOutputHelper output)
{
    private int Bins => decoder.Flow.Manifest.MelBins;

    [Fact]
    public void Spectrogram_of_one_block_is_the_whole()
    {
        // With one block the window is the reply, and the stretching is the reference's.
        long[] tokens = Tokens(10);
        float[] expected = Decode(tokens, new SpeechDecoderOptions { BlockTokens = [1000] });
        float[] actual = Decode(tokens, new SpeechDecoderOptions());
        Assert.Equal(expected, actual);
    }

    [Fact]
    public void Spectrogram_in_blocks_stays_closer_to_the_whole_than_the_references_does()
    {
        long[] tokens = Tokens(125);
        float[] whole = Decode(tokens, new SpeechDecoderOptions { BlockTokens = [1000] });
        float[] blocks = Decode(tokens, new SpeechDecoderOptions());
        double distance = Distance(whole, blocks);

        // The weights are random, so context changes more than it would in speech: what the reference's blocks do is the measure.
        double reference = Distance(Reference(tokens, ParitySplit.Offline), Reference(tokens, ParitySplit.Demo));
        output.WriteLine($"RMS of the log-mel differences, blocks against whole: {distance:F3}; the reference's: {reference:F3}.");
        Assert.True(distance < reference, $"Blocks are {distance:F3} from the whole, the reference's {reference:F3}.");
    }

    [Fact]
    public void Spectrogram_has_every_frame_of_any_number_of_tokens()
    {
        using var folder = new TemporaryFolder();
        var checkpoint = new FlowCheckpoint { EncoderSize = 8, EncoderHeads = 1, EncoderBlocks = 1, MelBins = 8, SpeakerSize = 8, Channels = [8], MiddleBlocks = 0 };
        checkpoint.Write(folder.Path, checkpoint.MakeWeights());
        using FlowModel flow = FlowModel.Load(FlowCheckpoint.Convert(folder.Path, folder["model"]), decoder.Options, steps: 1);
        long[] tokens = [.. Enumerable.Range(0, 130).Select(static token => (long)(token % 40))];
        for (int count = 1; count <= tokens.Length; count++)
        {
            float[] rows = Decode(flow, tokens[..count], new SpeechDecoderOptions());
            Assert.Equal(decoder.Clock.FramesOf(count) * flow.Manifest.MelBins, rows.Length);
            Assert.DoesNotContain(rows, static value => !float.IsFinite(value));
        }
    }

    [Fact]
    public void Spectrogram_has_no_rise_of_level_at_seams()
    {
        // One token all along: what differs at seams comes from the seams.
        const int Count = 260;
        var options = new SpeechDecoderOptions { BlockTokens = [20] };
        float[] rows = Decode(new long[Count], options);
        int overlap = decoder.Clock.FramesOf(options.OverlapTokens);
        var seams = new List<double>();
        var elsewhere = new List<double>();
        for (int seam = 60; seam < Count; seam += 20)
        {
            int end = decoder.Clock.FramesOf(seam);
            seams.Add(Level(rows, end - overlap, end));
            elsewhere.Add(Level(rows, end, end + overlap));
        }

        double difference = seams.Average() - elsewhere.Average();
        output.WriteLine($"Mean log-mel in seams {seams.Average():F4}, elsewhere {elsewhere.Average():F4}.");
        Assert.InRange(Math.Abs(difference), 0, 0.02 * Math.Abs(elsewhere.Average()));
    }

    [Fact]
    public void Noise_of_a_frame_does_not_depend_on_the_window()
    {
        float[] whole = new FrameNoise(42, Bins).Take(0, 100);
        var noise = new FrameNoise(42, Bins);
        Assert.Equal(whole[..(30 * Bins)], noise.Take(0, 30));
        Assert.Equal(whole[(10 * Bins)..(60 * Bins)], noise.Take(10, 60));
        Assert.Equal(whole[(60 * Bins)..], noise.Take(60, 100));
    }

    private float[] Decode(long[] tokens, SpeechDecoderOptions options) => Decode(decoder.Flow, tokens, options);

    private float[] Decode(FlowModel flow, long[] tokens, SpeechDecoderOptions options)
    {
        var spectrogram = new ReplySpectrogram(flow, decoder.Clock, options);
        var rows = new List<float>();
        int start = 0;
        for (int block = 0; start < tokens.Length; block++)
        {
            int end = Math.Min(tokens.Length, start + options.BlockTokens[Math.Min(block, options.BlockTokens.Count - 1)]);
            SpectrogramBlock made = spectrogram.Extend(tokens.AsSpan(start..end), end == tokens.Length, TestContext.Current.CancellationToken);
            rows.AddRange(made.Rows.AsSpan(0, made.FinalFrames * flow.Manifest.MelBins));
            start = end;
        }

        return [.. rows];
    }

    // The frames that the reference's calls add, without the one that each repeats.
    private float[] Reference(long[] tokens, ParitySplit split)
    {
        using SpeechDecoderParity parity = SpeechDecoderParity.Load(decoder.Model, decoder.Options);
        IReadOnlyList<ParityCall> calls = parity.Speak(
            [.. tokens.Select(static token => new SpeechToken((int)token))], split, TestContext.Current.CancellationToken);
        return [.. calls.SelectMany((call, index) => Mel.Transpose(call.Mel, Bins).Skip(index == 0 ? 0 : Bins))];
    }

    private long[] Tokens(int count) => [.. decoder.Tokens(count).Select(static token => (long)token.CodebookIndex)];

    private double Level(float[] rows, int first, int end) => rows[(first * Bins)..(end * Bins)].Average(static value => (double)value);

    private static double Distance(float[] left, float[] right) =>
        Math.Sqrt(left.Zip(right, static (l, r) => (double)(l - r) * (l - r)).Average());
}
