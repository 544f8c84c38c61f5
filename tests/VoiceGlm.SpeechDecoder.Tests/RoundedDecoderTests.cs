using VoiceGlm.Checkpoints;
using VoiceGlm.Inference;
using VoiceGlm.Testing;

namespace VoiceGlm.SpeechDecoder.Tests;

/// <summary>Decoders whose matrices were rounded: how far mel and wave are off the golden ones, by their own size.</summary>
public sealed class RoundedDecoderTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Precision.Half, 0.001, 0.001, 0.005)]
    [InlineData(Precision.BFloat16, 0.01, 0.01, 0.04)]
    [InlineData(Precision.EightBits, 0.03, 0.001, 0.005)]
    public void Golden_mel_pitch_and_wave_are_kept_as_far_as_the_bits_go(Precision precision, double mostMel, double mostPitch, double mostWave)
    {
        using var folder = new TemporaryFolder();
        ModelManifest manifest = CheckpointConverter.Convert(
            [Repository.Fixture("flow", "model")], folder["model"], new ConversionOptions { SpeechDecoder = precision }, progress: null, Token);
        ModelFolder model = ModelFolder.Open(folder["model"]);
        var options = new GraphOptions { Threads = 1 };
        using FlowModel flow = FlowModel.Load(model, options);
        using var vocoder = new HiftVocoder(model, options);

        var clock = new FrameClock(flow.Manifest.TokenRate, manifest.SpeechDecoder!.SampleRate, manifest.SpeechDecoder.Vocoder.HopLength);
        float[] mel = GoldenFlow.Read(flow, clock, "n25").Run(flow, Token);
        double melError = RelativeError.Of(Npy.Read<float>("flow", "cases", "n25", "mel.npy").Values, mel);
        double pitchError = RelativeError.Of(Wave("f0"), vocoder.Pitch(Wave("mel"), Token));
        double waveError = RelativeError.Of(Wave("wav"), vocoder.Vocode(Wave("mel"), Wave("source_s"), Token));

        TestContext.Current.TestOutputHelper!.WriteLine($"{precision}: mel {melError:E2}, pitch {pitchError:E2}, wave {waveError:E2} off");
        Assert.InRange(melError, 1e-6, mostMel);
        Assert.InRange(pitchError, 1e-7, mostPitch);
        Assert.InRange(waveError, 1e-6, mostWave);
        Assert.Equal(PrecisionName.Of(precision), manifest.SpeechDecoder.Quantization!.Weights);
        Assert.NotEmpty(manifest.SpeechDecoder.Quantization.Errors);
    }

    private static float[] Wave(string tensor) => Npy.Read<float>("hift", "cases", "n25_138", $"{tensor}.npy").Values;
}
