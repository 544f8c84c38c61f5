using VoiceGlm.Testing;

namespace VoiceGlm.SpeechDecoder.Tests;

public sealed class CrossFadeTests
{
    private const int Bins = 80;

    [Fact]
    public void BlendByHamming_equals_the_reference()
    {
        float[] after = Mel.Transpose(Npy.Read<float>("audio_post", "fade", "fade_in_mel.npy").Values, Bins);
        float[] before = Mel.Transpose(Npy.Read<float>("audio_post", "fade", "fade_out_mel.npy").Values, Bins);
        CrossFade.BlendByHamming(before, after, Bins);
        Close.Equal(Npy.Read<float>("audio_post", "fade", "result.npy").Values, Mel.Transpose(after, after.Length / Bins), 1e-6);
    }

    [Fact]
    public void Blend_leaves_equal_versions_as_they_are()
    {
        float[] before = [.. Enumerable.Range(0, 34 * Bins).Select(static i => -11.5f + (0.01f * i))];
        float[] after = [.. before, 1, 2, 3];
        CrossFade.Blend(before, after, Bins);
        Assert.Equal([.. before, 1, 2, 3], after);
    }

    [Fact]
    public void Blend_goes_from_the_earlier_to_the_later_version()
    {
        var before = new float[34];
        float[] after = [.. Enumerable.Repeat(1f, 34)];
        CrossFade.Blend(before, after, bins: 1);
        Assert.InRange(after[0], 0, 0.01f);
        Assert.InRange(after[33], 0.99f, 1);
        for (int i = 0; i < 17; i++) Assert.Equal(1, after[i] + after[33 - i], 1e-6f);
    }
}
