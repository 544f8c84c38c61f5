using VoiceGlm.Inference;
using VoiceGlm.Testing;

namespace VoiceGlm.SpeechDecoder.Tests;

public sealed class FlowModelTests(DecoderFixture decoder)
{
    private const double HiddenTolerance = 5e-5;
    private const double MeanTolerance = 5e-5;
    private const double MelTolerance = 2e-4;

    public static TheoryData<string> Cases => new(
        Directory.GetDirectories(Repository.Fixture("flow", "cases")).Select(static folder => Path.GetFileName(folder)).Order());

    [Theory]
    [MemberData(nameof(Cases))]
    public void Encoder_gives_the_reference_mean_and_speaker(string name)
    {
        GoldenFlow golden = Read(name);
        using Graph graph = decoder.Model.LoadGraph("speech-decoder-flow-encoder", decoder.Options);
        using Tensor tokens = Tensor.From<long>(golden.Tokens, golden.Tokens.Length);
        using Tensor stretch = Tensor.From<long>(golden.TokenOfFrame, golden.TokenOfFrame.Length);
        using Tensor embedding = Tensor.From<float>(golden.Embedding, 1, golden.Embedding.Length);
        using GraphCall call = graph.CreateCall()
            .Input("tokens", tokens).Input("token_of_frame", stretch).Input("speaker_embedding", embedding)
            .Output("hidden").Output("mean").Output("speaker");
        call.Run(TestContext.Current.CancellationToken);

        Close.Equal(Npy.Read<float>("flow", "cases", name, "spks.npy").Values, call.Result("speaker").AsSpan<float>(), HiddenTolerance);
        if (Has(name, "enc_out.npy"))
        {
            Close.Equal(Npy.Read<float>("flow", "cases", name, "enc_out.npy").Values, call.Result("hidden").AsSpan<float>(), HiddenTolerance);
        }

        if (Has(name, "mu_btc.npy"))
        {
            Close.Equal(Npy.Read<float>("flow", "cases", name, "mu_btc.npy").Values, call.Result("mean").AsSpan<float>(), MeanTolerance);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Run_gives_the_reference_mel(string name)
    {
        GoldenFlow golden = Read(name);
        Close.Equal(Npy.Read<float>("flow", "cases", name, "mel.npy").Values, golden.Run(decoder.Flow, TestContext.Current.CancellationToken), MelTolerance);
    }

    [Theory]
    [InlineData("n25", 0f, "step0_dphi_cond.npy")]
    [InlineData("n25", -1f, "step0_dphi_uncond.npy")]
    [InlineData("n38_oddT", 0f, "step0_dphi_cond.npy")]
    [InlineData("n38_oddT", -1f, "step0_dphi_uncond.npy")]
    public void Estimator_gives_the_reference_velocity_of_each_branch(string name, float guidanceRate, string expected)
    {
        // One whole step from noise: what is added is the velocity. Guidance 0 leaves the conditioned branch, −1 the other.
        GoldenFlow golden = Read(name);
        using FlowModel flow = FlowModel.Load(decoder.Model, decoder.Options, steps: 1, guidanceRate);
        float[] moved = flow.Run(golden.Tokens, golden.TokenOfFrame, golden.Noise, golden.Prompt, golden.Embedding, TestContext.Current.CancellationToken);
        for (int i = 0; i < moved.Length; i++) moved[i] -= golden.Noise[i];
        Close.Equal(Npy.Read<float>("flow", "cases", name, expected).Values, Mel.Transpose(moved, golden.TokenOfFrame.Length), MelTolerance);
    }

    [Fact]
    public void Run_repeated_gives_the_same_mel()
    {
        GoldenFlow golden = Read("n25");
        float[] first = Run(golden);
        Run(Read("n38_oddT"));
        Assert.Equal(first, Run(golden));
    }

    [Fact]
    public void Run_cancelled_ends_and_the_next_is_as_ever()
    {
        GoldenFlow golden = Read("n10");
        float[] expected = Run(golden);
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => decoder.Flow.Run(
            golden.Tokens, golden.TokenOfFrame, golden.Noise, golden.Prompt, golden.Embedding, cancellation.Token));
        Assert.Equal(expected, Run(golden));
    }

    private float[] Run(GoldenFlow golden) => decoder.Flow.Run(
        golden.Tokens, golden.TokenOfFrame, golden.Noise, golden.Prompt, golden.Embedding, TestContext.Current.CancellationToken);

    private GoldenFlow Read(string name) => GoldenFlow.Read(decoder.Flow, decoder.Clock, name);

    private static bool Has(string name, string file) => File.Exists(Repository.Fixture("flow", "cases", name, file));
}
