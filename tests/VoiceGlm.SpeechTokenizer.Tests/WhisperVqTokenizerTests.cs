using VoiceGlm.Audio;

namespace VoiceGlm.SpeechTokenizer.Tests;

public sealed class WhisperVqTokenizerTests(PublishedModel model) : IClassFixture<PublishedModel>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Recordings => [.. PublishedModel.RecordingNames];

    [Theory]
    [MemberData(nameof(Recordings))]
    public async Task Tokens_of_a_whole_recording_equal_the_reference(string name)
    {
        WaveFile wave = PublishedModel.Recording(name);
        using ISpeechTokenizer tokenizer = model.Factory.Create();
        Heard heard = await Heard.InChunksAsync(tokenizer, wave.Channel(0), wave.SampleRate, wave.SampleCount);
        Assert.Equal(PublishedModel.Tokens(name), heard.Utterance);
    }

    [Theory]
    [MemberData(nameof(Recordings))]
    public async Task Tokens_of_a_recording_in_frames_of_20_ms_equal_the_reference(string name)
    {
        WaveFile wave = PublishedModel.Recording(name);
        using ISpeechTokenizer tokenizer = model.Factory.Create();
        Heard heard = await Heard.InChunksAsync(tokenizer, wave.Channel(0), wave.SampleRate, wave.SampleRate.Hertz / 50);
        Assert.Equal(PublishedModel.Tokens(name), heard.Utterance);
    }

    [Theory]
    [InlineData("speech_7p3s", 1)]
    [InlineData("speech_7p3s", 7)]
    [InlineData("speech_7p3s", 160)]
    [InlineData("speech_7p3s", 161)]
    [InlineData("speech_7p3s", 1_279)]
    [InlineData("speech_7p3s", 30_000)]
    [InlineData("long_31s", 1_279)]
    [InlineData("long_31s", 30_000)]
    [InlineData("stereo_44k1", 1)]
    [InlineData("mono_8k", 161)]
    public async Task Tokens_do_not_depend_on_how_a_recording_is_cut(string name, int chunk)
    {
        WaveFile wave = PublishedModel.Recording(name);
        using ISpeechTokenizer tokenizer = model.Factory.Create();
        Heard heard = await Heard.InChunksAsync(tokenizer, wave.Channel(0), wave.SampleRate, chunk);
        Assert.Equal(PublishedModel.Tokens(name), heard.Utterance);
    }

    [Fact]
    public async Task Tokens_of_whole_blocks_are_told_while_the_utterance_goes_on()
    {
        WaveFile wave = PublishedModel.Recording("long_31s");
        using ISpeechTokenizer tokenizer = model.Factory.Create();
        Heard heard = await Heard.InChunksAsync(tokenizer, wave.Channel(0), wave.SampleRate, 320);
        // Seven blocks of 4 s and the rest of a segment of 30 s are 375 tokens; the last second is told at the end.
        Assert.Equal(PublishedModel.Tokens("long_31s")[..375], heard.Told);
    }

    [Fact]
    public async Task Speech_that_grows_loud_late_replaces_tokens_told_before()
    {
        float[] quiet = [.. PublishedModel.Recording("speech_zh").Channel(0).ToArray().Select(static sample => sample * 0.003f)];
        float[] speech = [.. quiet, .. PublishedModel.Recording("speech_7p3s").Channel(0).Span];
        using ISpeechTokenizer whole = model.Factory.Create();
        using ISpeechTokenizer cut = model.Factory.Create();
        Heard expected = await Heard.InChunksAsync(whole, speech, SampleRate.Wideband, speech.Length);
        Heard heard = await Heard.InChunksAsync(cut, speech, SampleRate.Wideband, 320);
        Assert.Equal(expected.Utterance, heard.Utterance);
        Assert.True(heard.Replacements > 0);
        Assert.Equal(expected.Utterance[..150], heard.Told);
    }

    [Fact]
    public async Task Second_use_equals_the_first_with_another_utterance_in_between()
    {
        WaveFile wave = PublishedModel.Recording("speech_en");
        for (int use = 0; use < 2; use++)
        {
            using ISpeechTokenizer tokenizer = model.Factory.Create();
            using ISpeechTokenizer other = model.Factory.Create();
            await other.AppendAsync(new AudioFrame(wave.Channel(0)[5_000..], wave.SampleRate, 0), Token);
            Heard heard = await Heard.InChunksAsync(tokenizer, wave.Channel(0), wave.SampleRate, 320);
            Assert.Equal(PublishedModel.Tokens("speech_en"), heard.Utterance);
        }
    }

    [Fact]
    public async Task An_utterance_without_samples_has_no_tokens()
    {
        using ISpeechTokenizer tokenizer = model.Factory.Create();
        Assert.Null(await tokenizer.AppendAsync(new AudioFrame(default, SampleRate.Fullband, 0), Token));
        Assert.Equal(0, (await tokenizer.CompleteAsync(Token)).Speech.Length);
    }

    [Fact]
    public async Task A_frame_of_another_rate_is_refused_and_changes_nothing()
    {
        WaveFile wave = PublishedModel.Recording("speech_en");
        using ISpeechTokenizer tokenizer = model.Factory.Create();
        await tokenizer.AppendAsync(new AudioFrame(wave.Channel(0)[..1_000], wave.SampleRate, 0), Token);
        var exception = await Assert.ThrowsAsync<ArgumentException>(
            async () => await tokenizer.AppendAsync(new AudioFrame(new float[100], SampleRate.Fullband, 0), Token));
        Assert.StartsWith("Every frame of an utterance has the same sample rate: expected 16000 Hz, found 48000 Hz.", exception.Message, StringComparison.Ordinal);
        await tokenizer.AppendAsync(new AudioFrame(wave.Channel(0)[1_000..], wave.SampleRate, 1_000), Token);
        Assert.Equal(PublishedModel.Tokens("speech_en"), Heard.Indices((await tokenizer.CompleteAsync(Token)).Speech));
    }

    [Fact]
    public async Task A_cancelled_utterance_can_only_be_disposed()
    {
        using ISpeechTokenizer tokenizer = model.Factory.Create();
        await tokenizer.AppendAsync(new AudioFrame(new float[16_000], SampleRate.Wideband, 0), Token);
        // The device is busy while the encoder's run waits for it, and is free after the run was given up.
        using var busy = new ManualResetEventSlim();
        Task<bool> occupied = model.Device.RunAsync(token => { busy.Wait(token); return true; }, Token);
        using var cancellation = new CancellationTokenSource();
        Task<Utterance> completion = tokenizer.CompleteAsync(cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        busy.Set();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => completion);
        Assert.True(await occupied);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await tokenizer.CompleteAsync(Token));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await tokenizer.AppendAsync(new AudioFrame(default, SampleRate.Wideband, 0), Token));
    }

    [Theory]
    [InlineData("speech_7p3s", 320)]
    [InlineData("mono_48k", 960)]
    public async Task Appending_a_frame_allocates_nothing_until_a_block_is_whole(string name, int chunk)
    {
        WaveFile wave = PublishedModel.Recording(name);
        long allocated = long.MaxValue;
        // What the runtime makes once for a thread may fall into the first utterance, and not into each.
        for (int utterance = 0; utterance < 3 && allocated != 0; utterance++)
        {
            using ISpeechTokenizer tokenizer = model.Factory.Create();
            int start = 0;
            for (; start < 5 * chunk; start += chunk) await tokenizer.AppendAsync(Frame(start), Token);
            long before = GC.GetAllocatedBytesForCurrentThread();
            bool waited = false;
            for (; start < 45 * chunk; start += chunk)
            {
                ValueTask<SpeechTokenUpdate?> append = tokenizer.AppendAsync(Frame(start), CancellationToken.None);
                waited |= !append.IsCompletedSuccessfully || await append is not null;
            }

            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.False(waited);
        }

        Assert.Equal(0, allocated);
        AudioFrame Frame(int first) => new(wave.Channel(0).Slice(first, chunk), wave.SampleRate, first);
    }
}
