namespace VoiceGlm.SpeechDecoder.Tests;

public sealed class FlowSpeechDecoderTests(DecoderFixture decoder)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Decoder_speaks_exactly_the_samples_of_its_tokens()
    {
        using FlowSpeechDecoderFactory factory = decoder.Load(new SpeechDecoderOptions { Steps = 1 });
        foreach (int count in new[] { 0, 1, 2, 9, 10, 11, 29, 30, 31, 71, 130 })
        {
            float[] speech = await SpeakAsync(factory, decoder.Tokens(count));
            Assert.Equal(decoder.Clock.FramesOf(count) * decoder.Hop, speech.Length);
        }
    }

    [Theory]
    [InlineData(new[] { 1 }, 0, 0)]
    [InlineData(new[] { 1, 2, 3 }, 7, 5)]
    [InlineData(new[] { 7 }, 50, 40)]
    [InlineData(new[] { 25, 50 }, 1000, 5)]
    public async Task Decoder_speaks_every_sample_under_any_options(int[] blockTokens, int contextTokens, int overlapTokens)
    {
        using FlowSpeechDecoderFactory factory = decoder.Load(new SpeechDecoderOptions
        {
            BlockTokens = blockTokens,
            ContextTokens = contextTokens,
            OverlapTokens = overlapTokens,
            Steps = 1,
        });
        float[] speech = await SpeakAsync(factory, decoder.Tokens(53));
        Assert.Equal(decoder.Clock.FramesOf(53) * decoder.Hop, speech.Length);
        Assert.DoesNotContain(speech, static sample => !float.IsFinite(sample));
    }

    [Fact]
    public async Task Decoder_speaks_first_when_the_first_block_is_full_and_holds_the_overlap()
    {
        using FlowSpeechDecoderFactory factory = decoder.Load();
        using ISpeechDecoder reply = factory.Create();
        SpeechToken[] tokens = decoder.Tokens(10);
        for (int i = 0; i < 9; i++) Assert.Null(await reply.AppendAsync(tokens[i], Token));
        AudioFrame? first = await reply.AppendAsync(tokens[9], Token);
        Assert.Equal((decoder.Clock.FramesOf(10) - decoder.Clock.FramesOf(5)) * decoder.Hop, first?.Samples.Length);

        // Nothing is pending, but the held frames are still to be spoken.
        AudioFrame? rest = await reply.CompleteAsync(Token);
        Assert.Equal(decoder.Clock.FramesOf(5) * decoder.Hop, rest?.Samples.Length);
        Assert.Equal(first?.Samples.Length, rest?.Position);
    }

    [Fact]
    public async Task Decoder_repeated_gives_the_same_speech()
    {
        using FlowSpeechDecoderFactory factory = decoder.Load();
        SpeechToken[] tokens = decoder.Tokens(83);
        Assert.Equal(await SpeakAsync(factory, tokens), await SpeakAsync(factory, tokens));
    }

    [Fact]
    public async Task Decoders_interleaved_speak_as_they_do_alone()
    {
        using FlowSpeechDecoderFactory factory = decoder.Load();
        SpeechToken[] left = decoder.Tokens(64, seed: 1);
        SpeechToken[] right = decoder.Tokens(64, seed: 2);
        using ISpeechDecoder leftReply = factory.Create();
        using ISpeechDecoder rightReply = factory.Create();
        var leftSpeech = new List<float>();
        var rightSpeech = new List<float>();
        for (int i = 0; i < left.Length; i++)
        {
            Collect(leftSpeech, await leftReply.AppendAsync(left[i], Token));
            Collect(rightSpeech, await rightReply.AppendAsync(right[i], Token));
        }

        Collect(leftSpeech, await leftReply.CompleteAsync(Token));
        Collect(rightSpeech, await rightReply.CompleteAsync(Token));
        Assert.Equal(await SpeakAsync(factory, left), leftSpeech);
        Assert.Equal(await SpeakAsync(factory, right), rightSpeech);
    }

    [Fact]
    public async Task Decoder_cancelled_while_it_computes_ends_and_harms_no_other()
    {
        // So many steps take many times longer than the token waits: it is the running graph that ends.
        using FlowSpeechDecoderFactory factory = decoder.Load(new SpeechDecoderOptions { BlockTokens = [60], Steps = 5_000 });
        using ISpeechDecoder reply = factory.Create();
        SpeechToken[] tokens = decoder.Tokens(60);
        for (int i = 0; i < 59; i++) await reply.AppendAsync(tokens[i], Token);
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await reply.AppendAsync(tokens[59], cancellation.Token));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await reply.CompleteAsync(Token));

        using FlowSpeechDecoderFactory other = decoder.Load();
        Assert.Equal(decoder.Clock.FramesOf(3) * decoder.Hop, (await SpeakAsync(other, tokens[..3])).Length);
    }

    [Fact]
    public async Task Decoder_refuses_a_token_outside_the_codebook()
    {
        using FlowSpeechDecoderFactory factory = decoder.Load();
        using ISpeechDecoder reply = factory.Create();
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () =>
            await reply.AppendAsync(new SpeechToken(decoder.Flow.Manifest.CodebookSize), Token));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await reply.AppendAsync(new SpeechToken(-1), Token));
    }

    [Fact]
    public async Task Decoder_that_completed_refuses_more()
    {
        using FlowSpeechDecoderFactory factory = decoder.Load();
        using ISpeechDecoder reply = factory.Create();
        Assert.Null(await reply.CompleteAsync(Token));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await reply.AppendAsync(new SpeechToken(0), Token));
    }

    [Fact]
    public void Options_out_of_range_are_refused_by_name()
    {
        ArgumentException exception = Assert.Throws<ArgumentException>(() => decoder.Load(new SpeechDecoderOptions { BlockTokens = [10, 0] }));
        Assert.Contains("SpeechDecoder:BlockTokens", exception.Message, StringComparison.Ordinal);
    }

    private static async Task<float[]> SpeakAsync(FlowSpeechDecoderFactory factory, SpeechToken[] tokens)
    {
        using ISpeechDecoder reply = factory.Create();
        var speech = new List<float>();
        foreach (SpeechToken token in tokens) Collect(speech, await reply.AppendAsync(token, Token));
        Collect(speech, await reply.CompleteAsync(Token));
        return [.. speech];
    }

    private static void Collect(List<float> speech, AudioFrame? frame)
    {
        if (frame is not { } spoken) return;
        Assert.Equal(speech.Count, spoken.Position);
        speech.AddRange(spoken.Samples.Span);
    }
}
