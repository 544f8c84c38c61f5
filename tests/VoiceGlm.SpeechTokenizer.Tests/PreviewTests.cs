using VoiceGlm.Audio;

namespace VoiceGlm.SpeechTokenizer.Tests;

public sealed class PreviewTests(PublishedModel model) : IClassFixture<PublishedModel>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("speech_7p3s", 10_007)]
    [InlineData("stereo_44k1", 9_001)]
    public async Task Preview_equals_the_utterance_ended_there_and_changes_nothing(string name, int chunk)
    {
        WaveFile wave = PublishedModel.Recording(name);
        ReadOnlyMemory<float> samples = wave.Channel(0);
        using ISpeechTokenizer tokenizer = model.Factory.Create();
        for (int start = 0; start < samples.Length; start += chunk)
        {
            int end = Math.Min(start + chunk, samples.Length);
            await tokenizer.AppendAsync(new AudioFrame(samples[start..end], wave.SampleRate, start), Token);
            using ISpeechTokenizer ended = model.Factory.Create();
            Heard expected = await Heard.InChunksAsync(ended, samples[..end], wave.SampleRate, end);
            Assert.Equal(expected.Utterance, Heard.Indices((await tokenizer.PreviewAsync(Token)).Speech));
        }

        Assert.Equal(PublishedModel.Tokens(name), Heard.Indices((await tokenizer.CompleteAsync(Token)).Speech));
    }

    [Fact]
    public async Task Completion_after_a_preview_has_nothing_left_to_do()
    {
        using ISpeechTokenizer tokenizer = model.Factory.Create();
        await tokenizer.AppendAsync(new AudioFrame(new float[20_000], SampleRate.Wideband, 0), Token);
        Utterance preview = await tokenizer.PreviewAsync(Token);
        await tokenizer.AppendAsync(new AudioFrame(default, SampleRate.Wideband, 20_000), Token);
        Assert.Same(preview, await tokenizer.CompleteAsync(Token));
    }

    [Fact]
    public async Task Preview_reaches_into_the_next_segment_where_the_resampler_holds_its_first_samples_back()
    {
        // 240,003 samples at 8 kHz are 480,006 at 16 kHz, of which the resampler knows fewer than the segment's 480,000.
        float[] recording = PublishedModel.Recording("mono_8k").Channel(0).ToArray();
        float[] samples = [.. Enumerable.Range(0, 240_003).Select(index => recording[index % recording.Length])];
        var resampler = new Resampler(SampleRate.Narrowband, SampleRate.Wideband);
        var resampled = new float[480_006];
        int known = resampler.Process(samples, resampled);
        Assert.True(known < 480_000);
        resampler.Tail(resampled.AsSpan(known));

        using ISpeechTokenizer narrow = model.Factory.Create();
        using ISpeechTokenizer wide = model.Factory.Create();
        await narrow.AppendAsync(new AudioFrame(samples, SampleRate.Narrowband, 0), Token);
        int[] preview = Heard.Indices((await narrow.PreviewAsync(Token)).Speech);
        Heard expected = await Heard.InChunksAsync(wide, resampled, SampleRate.Wideband, resampled.Length);
        Assert.Equal(376, preview.Length);
        Assert.Equal(expected.Utterance, preview);
    }

    [Fact]
    public async Task Preview_that_raised_the_floor_for_a_moment_leaves_no_trace()
    {
        // A loud tone of 150 samples that no final frame has seen is louder before silence than before its own inverse.
        const int End = (436 * 160) + 350;
        float[] samples = [.. PublishedModel.Recording("speech_7p3s").Channel(0).ToArray().Select(static sample => sample * 0.003f)];
        for (int i = 0; i < 300; i++) samples[End - 150 + i] = (float)(0.5 * Math.Sin(2 * Math.PI * i / 16)) * (i < 150 ? 1 : -1);
        using ISpeechTokenizer whole = model.Factory.Create();
        Heard expected = await Heard.InChunksAsync(whole, samples, SampleRate.Wideband, samples.Length);

        using ISpeechTokenizer tokenizer = model.Factory.Create();
        await tokenizer.AppendAsync(new AudioFrame(samples.AsMemory(0, End), SampleRate.Wideband, 0), Token);
        int[] preview = Heard.Indices((await tokenizer.PreviewAsync(Token)).Speech);
        await tokenizer.AppendAsync(new AudioFrame(samples.AsMemory(End), SampleRate.Wideband, End), Token);
        Assert.NotEqual(expected.Utterance[..50], preview[..50]);
        Assert.Equal(expected.Utterance, Heard.Indices((await tokenizer.CompleteAsync(Token)).Speech));
    }
}
