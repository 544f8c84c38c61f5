using VoiceGlm.Testing;

namespace VoiceGlm.SpeechDecoder.Tests;

public sealed class FrameClockTests
{
    private readonly FrameClock _clock = new(12.5, 22050, 256);

    [Fact]
    public void FramesOf_equals_the_reference_for_every_length()
    {
        int[] expected = Npy.Read<int>("flow", "feat_len_for_n_tokens_1_to_4096.npy").Values;
        Assert.Equal(expected, Enumerable.Range(1, expected.Length).Select(_clock.FramesOf));
    }

    [Theory]
    [InlineData(25)]
    [InlineData(38)]
    [InlineData(75)]
    [InlineData(150)]
    public void Stretch_equals_the_reference(int tokens)
    {
        long[] expected = Npy.Read<long>("flow", "nearest_index", $"n{tokens}.npy").Values;
        var actual = new long[expected.Length];
        FrameClock.Stretch(tokens, actual);
        Assert.Equal(expected, actual);
    }

    [Fact]
    public void FirstFrameOf_is_the_first_frame_of_its_token()
    {
        for (int token = 1; token < 5000; token++)
        {
            int frame = _clock.FirstFrameOf(token);
            Assert.Equal(token, _clock.TokenAt(frame));
            Assert.Equal(token - 1, _clock.TokenAt(frame - 1));
        }
    }

    [Fact]
    public void Window_that_begins_later_gives_each_frame_the_token_it_has_in_the_whole()
    {
        // 64 tokens are 441 frames exactly, so there the reference's stretching keeps the rates.
        var whole = new long[_clock.FramesOf(128)];
        FrameClock.Stretch(128, whole);
        var window = new FlowWindow(40, 128, _clock.FirstFrameOf(40), _clock.FramesOf(128));
        Assert.Equal(whole[window.FirstFrame..], window.TokenOfFrame(_clock).Select(static token => token + 40));
    }

    [Fact]
    public void Window_does_not_grow_with_the_reply()
    {
        int decoded = 0;
        var frames = new List<int>();
        for (int block = 0; block < 60; block++)
        {
            int spoken = Math.Max(0, _clock.FramesOf(decoded) - 34);
            FlowWindow window = FlowWindow.Choose(_clock, decoded, 50, spoken, contextTokens: 50, encoderBlockTokens: 10);
            Assert.Equal(0, window.FirstToken % 10);
            Assert.True(window.FirstFrame <= spoken);
            frames.Add(window.FrameCount);
            decoded += 50;
        }

        Assert.InRange(frames[59], 1, 1.02 * frames[5]);
    }
}
