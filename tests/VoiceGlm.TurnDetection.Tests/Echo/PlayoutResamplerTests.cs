using VoiceGlm.TurnDetection.Echo;

namespace VoiceGlm.TurnDetection.Tests.Echo;

public sealed class PlayoutResamplerTests
{
    [Theory]
    [InlineData(8_000, 1_000)]
    [InlineData(22_050, 3_000)]
    [InlineData(24_000, 440)]
    [InlineData(48_000, 5_000)]
    public void Tone_keeps_its_pitch_level_and_length(int rate, int pitch)
    {
        List<float> resampled = Resample(rate, i => 0.5f * MathF.Sin(2 * MathF.PI * pitch * i / rate));
        Assert.InRange(resampled.Count, Sounds.Rate - 20, Sounds.Rate);
        for (int i = 100; i < resampled.Count; i++)
        {
            Assert.Equal(0.5f * MathF.Sin(2 * MathF.PI * pitch * i / Sounds.Rate), resampled[i], 0.01f);
        }
    }

    [Fact]
    public void Tone_above_half_the_rate_is_taken_away()
    {
        List<float> resampled = Resample(48_000, static i => 0.5f * MathF.Sin(2 * MathF.PI * 12_000 * i / 48_000));
        Assert.All(resampled.Skip(100), static sample => Assert.InRange(sample, -0.005f, 0.005f));
    }

    private static List<float> Resample(int rate, Func<int, float> sound)
    {
        var resampler = new PlayoutResampler();
        resampler.Restart(rate);
        var resampled = new List<float>();
        for (int i = 0; i < rate; i++)
        {
            resampler.Write(sound(i));
            while (resampler.TryRead(out float sample)) resampled.Add(sample);
        }

        return resampled;
    }
}
