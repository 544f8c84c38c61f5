using System.Numerics.Tensors;

namespace VoiceGlm.Audio.Tests;

public sealed class WaveformConcealmentTests
{
    private static readonly SampleRate s_rate = SampleRate.Narrowband;

    [Theory]
    [InlineData(80)]
    [InlineData(125)]
    [InlineData(310)]
    public void Voice_goes_on_through_a_lost_packet(double pitch)
    {
        float[] voice = Voice(pitch, 1_600);
        var concealment = new WaveformConcealment(s_rate);
        concealment.Hear(voice.AsSpan(0, 800));
        var concealed = new float[160];
        concealment.Conceal(concealed);
        Similarity.Find(concealed.AsSpan(0, 80), voice.AsSpan(800, 80), out float correlation);
        Assert.InRange(correlation, 0.95f, 1);
    }

    [Fact]
    public void Nothing_clicks_at_either_end()
    {
        float[] voice = Voice(125, 1_600);
        float largest = LargestStep(voice);
        var concealment = new WaveformConcealment(s_rate);
        concealment.Hear(voice.AsSpan(0, 777));
        var sound = new float[1_600];
        voice.AsSpan(0, 777).CopyTo(sound);
        concealment.Conceal(sound.AsSpan(777, 160));
        voice.AsSpan(937).CopyTo(sound.AsSpan(937));
        concealment.Hear(sound.AsSpan(937));
        Assert.InRange(LargestStep(sound), 0, 1.3f * largest);

        // What was decoded is heard as it is 5 ms after the loss.
        Assert.Equal(voice[977..], sound[977..]);
    }

    [Fact]
    public void Outage_fades_to_silence_within_60_ms()
    {
        var concealment = new WaveformConcealment(s_rate);
        concealment.Hear(Voice(125, 800));
        var sound = new float[8_000];
        for (int start = 0; start < sound.Length; start += 80) concealment.Conceal(sound.AsSpan(start, 80));
        float first = TensorPrimitives.SumOfSquares(sound.AsSpan(0, 80));
        float third = TensorPrimitives.SumOfSquares(sound.AsSpan(240, 80));
        Assert.InRange(third / first, 0.1f, 0.6f);
        Assert.Equal(new float[sound.Length - 480], sound[480..]);
    }

    [Fact]
    public void Concealment_of_silence_is_silence()
    {
        var concealment = new WaveformConcealment(s_rate);
        var sound = new float[160];
        sound.AsSpan().Fill(1);
        concealment.Conceal(sound);
        Assert.Equal(new float[160], sound);
    }

    [Fact]
    public void Concealed_sound_does_not_depend_on_how_it_is_asked_for()
    {
        float[] voice = Voice(210, 800);
        var whole = new float[320];
        var pieces = new float[320];
        var first = new WaveformConcealment(s_rate);
        var second = new WaveformConcealment(s_rate);
        first.Hear(voice.AsSpan());
        for (int start = 0; start < 800; start += 100) second.Hear(voice.AsSpan(start, 100));
        first.Conceal(whole);
        for (int start = 0; start < 320; start += 80) second.Conceal(pieces.AsSpan(start, 80));
        Assert.Equal(whole, pieces);
    }

    private static float[] Voice(double pitch, int count) =>
        [.. Enumerable.Range(0, count).Select(i => (float)Enumerable.Range(1, 5).Sum(k => 0.2 / k * Math.Sin((2 * Math.PI * pitch * k * i / s_rate.Hertz) + k)))];

    private static float LargestStep(float[] sound) => Enumerable.Range(1, sound.Length - 1).Max(i => Math.Abs(sound[i] - sound[i - 1]));
}
