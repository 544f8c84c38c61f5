using VoiceGlm.Testing;

namespace VoiceGlm.SpeechDecoder.Tests;

public sealed class HiftGoldenTests(GoldenVocoder golden) : IClassFixture<GoldenVocoder>
{
    // Tolerances and seeds of the goldens' manifest.
    private const double PitchTolerance = 5e-3;
    private const double SourceTolerance = 1e-3;
    private const double WaveToleranceGivenSource = 2e-5;
    private const double WaveToleranceOwnSource = 5e-4;

    public static TheoryData<string, int> Cases => new()
    {
        { "n25_138", 42 },
        { "tiny3", 43 },
        { "one_frame", 44 },
        { "odd57", 45 },
        { "cached41", 46 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Pitch_equals_the_reference(string name, int _) =>
        Close.Equal(Read(name, "f0"), golden.Hift.Pitch(Read(name, "mel"), Cancel), PitchTolerance);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Wave_equals_the_reference_when_the_source_is_given(string name, int _) =>
        Close.Equal(Read(name, "wav"), golden.Hift.Vocode(Read(name, "mel"), Read(name, "source_s"), Cancel), WaveToleranceGivenSource);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Wave_and_source_equal_the_reference_when_all_is_drawn_from_the_seed(string name, int seed)
    {
        (float[] wave, float[] source) = golden.Hift.Vocode(Read(name, "mel"), Read(name, "cache_source"), new TorchRandom((ulong)seed), Cancel);
        Close.Equal(Read(name, "source_s"), source, SourceTolerance);
        Close.Equal(Read(name, "wav"), wave, WaveToleranceOwnSource);
    }

    [Fact]
    public void Wave_is_the_same_when_windows_are_voiced_on_several_threads_again_and_again()
    {
        using HiftVocoder vocoder = golden.Load(threads: 3);
        float[] wave = vocoder.Vocode(Read("n25_138", "mel"), Read("n25_138", "source_s"), Cancel);
        Close.Equal(Read("n25_138", "wav"), wave, WaveToleranceGivenSource);
        Assert.Equal(wave, vocoder.Vocode(Read("n25_138", "mel"), Read("n25_138", "source_s"), Cancel));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Cancelled_call_ends_with_the_token_on_any_number_of_threads(int threads)
    {
        using HiftVocoder vocoder = golden.Load(threads);
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => vocoder.Vocode(Read("n25_138", "mel"), Read("n25_138", "source_s"), cancellation.Token));
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static float[] Read(string name, string tensor) => Npy.Read<float>("hift", "cases", name, $"{tensor}.npy").Values;
}
