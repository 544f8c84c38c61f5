namespace VoiceGlm.Audio.Tests;

public sealed class TimeStretcherTests
{
    private const int Count = 640;
    private static readonly TimeStretcher s_stretcher = new(SampleRate.Wideband);

    [Theory]
    [InlineData(100)]
    [InlineData(230)]
    public void Voice_loses_a_whole_period_and_nothing_is_heard_of_it(int pitch)
    {
        float[] voice = Voice(pitch);
        float[] sound = [.. voice];
        int left = s_stretcher.Shorten(sound, 200, inHaste: false);
        Assert.True(left < Count);
        double periods = (Count - left) * pitch / 16_000.0;
        Assert.InRange(Math.Abs(periods - Math.Round(periods)), 0, 0.03);
        AssertJoins(voice, sound.AsSpan(0, left));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(230)]
    public void Voice_gains_a_whole_period_and_nothing_is_heard_of_it(int pitch)
    {
        float[] voice = Voice(pitch);
        var sound = new float[Count + s_stretcher.LongestPeriod];
        voice.CopyTo(sound, 0);
        int now = s_stretcher.Lengthen(sound, Count, 200);
        Assert.True(now > Count);
        double periods = (now - Count) * pitch / 16_000.0;
        Assert.InRange(Math.Abs(periods - Math.Round(periods)), 0, 0.03);
        AssertJoins(voice, sound.AsSpan(0, now));
    }

    [Fact]
    public void Silence_loses_as_much_as_is_wanted()
    {
        Assert.Equal(Count - 123, s_stretcher.Shorten(new float[Count], 123, inHaste: false));
        Assert.Equal(Count - 320, s_stretcher.Shorten(new float[Count], 2_000, inHaste: false));
    }

    [Fact]
    public void Noise_is_let_be_unless_there_is_haste()
    {
        var random = new Random(2);
        float[] noise = [.. Enumerable.Range(0, Count).Select(_ => (float)random.NextDouble() - 0.5f)];
        float[] sound = [.. noise];
        Assert.Equal(Count, s_stretcher.Shorten(sound, 320, inHaste: false));
        Assert.Equal(noise, sound);
    }

    [Fact]
    public void Less_than_the_shortest_period_is_let_be()
    {
        float[] voice = Voice(230);
        float[] sound = [.. voice];
        Assert.Equal(Count, s_stretcher.Shorten(sound, 39, inHaste: true));
        Assert.Equal(voice, sound);
    }

    // Both ends are as they were, and between them no step is larger than the voice's own.
    private static void AssertJoins(float[] voice, ReadOnlySpan<float> sound)
    {
        Assert.Equal(voice[0], sound[0], 1e-2f);
        Assert.Equal(voice[^1], sound[^1]);
        for (int i = 1; i < sound.Length; i++) Assert.InRange(Math.Abs(sound[i] - sound[i - 1]), 0, 0.2f);
    }

    private static float[] Voice(int pitch) =>
        [.. Enumerable.Range(0, Count).Select(i => (float)Enumerable.Range(1, 4).Sum(k => 0.2 / k * Math.Sin((2 * Math.PI * pitch * k * i / 16_000.0) + k)))];
}
