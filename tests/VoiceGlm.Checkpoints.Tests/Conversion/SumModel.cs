using VoiceGlm.Inference;
using VoiceGlm.Testing;

namespace VoiceGlm.Checkpoints.Tests.Conversion;

/// <summary>Converts and evaluates models of <see cref="SumConverter"/>s.</summary>
internal static class SumModel
{
    private static readonly IPartConverter[] s_converters = [new SumConverter(ModelParts.SpeechTokenizer), new SumConverter(ModelParts.LanguageModel)];

    /// <summary>Converts one part that adds a value.</summary>
    public static ModelManifest Convert(TemporaryFolder folder, string part, float value, string output, IProgress<ConversionProgress>? progress = null) =>
        Convert([SumConverter.WriteCheckpoint(folder[$"{part}-{value}"], part, value)], output, progress);

    public static ModelManifest Convert(IReadOnlyList<string> checkpoints, string output, IProgress<ConversionProgress>? progress = null) =>
        ConvertUntil(checkpoints, output, progress, TestContext.Current.CancellationToken);

    public static ModelManifest ConvertUntil(
        IReadOnlyList<string> checkpoints, string output, IProgress<ConversionProgress>? progress, CancellationToken cancellationToken) =>
        CheckpointConverter.Convert(s_converters, checkpoints, output, progress, cancellationToken);

    /// <summary>What a part adds.</summary>
    public static float ValueOf(string model, string part)
    {
        using Graph graph = ModelFolder.Open(model).LoadGraph(part, new GraphOptions { Threads = 1 });
        using var x = Tensor.Create<float>(1, SumConverter.Width);
        using GraphCall call = graph.CreateCall().Input("x", x).Output("sum");
        call.Run();
        return Assert.Single(call.Result("sum").AsSpan<float>().ToArray().Distinct());
    }
}
