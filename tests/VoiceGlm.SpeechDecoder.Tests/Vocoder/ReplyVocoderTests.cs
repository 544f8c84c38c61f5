using VoiceGlm.Testing;

namespace VoiceGlm.SpeechDecoder.Tests;

public sealed class ReplyVocoderTests(GoldenVocoder golden) : IClassFixture<GoldenVocoder>
{
    private const double Tolerance = 1e-4;
    private static readonly float[] s_mel = Npy.Read<float>("hift", "cases", "n25_138", "mel.npy").Values;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(30)]
    [InlineData(100)]
    public void Reply_in_chunks_equals_the_reply_as_a_whole_when_each_chunk_sees_far_enough_ahead(int chunkFrames) =>
        Close.Equal(Speak(int.MaxValue), Speak(chunkFrames, golden.Hift.LookAheadFrames), Tolerance);

    [Fact]
    public void Reply_with_a_short_look_ahead_is_close_to_the_whole()
    {
        float[] whole = Speak(int.MaxValue);
        float[] near = Speak(30, lookAheadFrames: 6);
        Assert.InRange(RootMeanSquare(whole.Zip(near, static (a, b) => a - b)) / RootMeanSquare(whole), 0, 0.2);
    }

    [Fact]
    public void Reply_of_the_same_seed_equals_the_first()
    {
        float[] first = Speak(7, golden.Hift.LookAheadFrames);
        Assert.Equal(first, Speak(7, golden.Hift.LookAheadFrames));
    }

    [Fact]
    public void Reply_of_another_seed_differs() => Assert.True(Worst(Speak(int.MaxValue), Speak(int.MaxValue, seed: 43)) > Tolerance);

    [Fact]
    public void Phase_runs_on_without_a_jump_where_chunks_meet()
    {
        var random = new TorchRandom(1);
        var sines = new SineSource(golden.Hift.Manifest, golden.Hift.SampleRate, random);
        int hop = golden.Hift.Manifest.HopLength;
        float[] hertz = [200, 200, 200];
        var whole = new float[sines.Count * hertz.Length * hop];
        sines.Peek(hertz, whole);
        for (int frame = 0; frame < hertz.Length; frame++)
        {
            var part = new float[sines.Count * hop];
            sines.Process(hertz.AsSpan(frame, 1), part);
            for (int row = 0; row < sines.Count; row++)
            {
                Close.Equal(whole.AsSpan(((row * hertz.Length) + frame) * hop, hop), part.AsSpan(row * hop, hop), 1e-6);
            }
        }
    }

    [Fact]
    public void Cancelled_call_ends_with_the_token()
    {
        using ReplyVocoder reply = golden.Hift.Begin(42);
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();
        var wave = new float[138 * golden.Hift.Manifest.HopLength];
        Assert.Throws<OperationCanceledException>(() => reply.Append(s_mel, 138, wave, cancellation.Token));
    }

    [Fact]
    public void Lengths_that_do_not_fit_are_refused()
    {
        using ReplyVocoder reply = golden.Hift.Begin(42);
        Assert.Throws<ArgumentException>(() => reply.Append(new float[81], 1, new float[256], Cancel));
        Assert.Throws<ArgumentException>(() => reply.Append(new float[80], 2, new float[512], Cancel));
        Assert.Throws<ArgumentException>(() => reply.Append(new float[80], 1, new float[255], Cancel));
        Assert.Throws<ArgumentException>(() => golden.Hift.Vocode(new float[80], new float[255], Cancel));
    }

    [Fact]
    public void Append_allocates_no_more_late_in_a_reply_than_early()
    {
        using ReplyVocoder reply = golden.Hift.Begin(42);
        float[] mel = Columns(0, 20);
        var wave = new float[10 * golden.Hift.Manifest.HopLength];
        for (int i = 0; i < 20; i++) reply.Append(mel, 10, wave, Cancel);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++) reply.Append(mel, 10, wave, Cancel);
        // What remains are the names and handles of a graph run; no samples, no spectrogram.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10 * 4096);
    }

    private float[] Speak(int chunkFrames, int lookAheadFrames = 0, ulong seed = 42)
    {
        int frames = s_mel.Length / golden.Hift.Manifest.MelBins;
        int hop = golden.Hift.Manifest.HopLength;
        using ReplyVocoder reply = golden.Hift.Begin(seed);
        var wave = new float[frames * hop];
        for (int start = 0; start < frames;)
        {
            int count = Math.Min(chunkFrames, frames - start);
            int end = Math.Min(frames, start + count + lookAheadFrames);
            reply.Append(Columns(start, end), count, wave.AsSpan(start * hop, count * hop), Cancel);
            start += count;
        }

        return wave;
    }

    private static float[] Columns(int start, int end)
    {
        int frames = s_mel.Length / 80;
        return [.. Enumerable.Range(0, 80).SelectMany(bin => s_mel[((bin * frames) + start)..((bin * frames) + end)])];
    }

    private static double Worst(float[] expected, float[] actual) => expected.Zip(actual, static (a, b) => Math.Abs((double)a - b)).Max();

    private static double RootMeanSquare(IEnumerable<float> values) => Math.Sqrt(values.Average(static value => (double)value * value));
}
