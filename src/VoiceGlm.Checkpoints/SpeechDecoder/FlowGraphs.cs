using VoiceGlm.Checkpoints.Onnx;
using VoiceGlm.Inference;

namespace VoiceGlm.Checkpoints.SpeechDecoder;

/// <summary>
/// Writes the flow-matching network as three graphs: tokens to the mean of the spectrogram, times to what the estimator makes of
/// them, and one Euler step.
/// </summary>
internal static class FlowGraphs
{
    // The reference takes as many steps, whatever its configuration says (CosyVoice flow/flow.py).
    private const int Steps = 10;

    /// <summary>Puts the graphs of the flow together.</summary>
    /// <param name="section">The section <c>flow:</c> of the decoder's <c>config.yaml</c>.</param>
    /// <param name="weights">The state dict, <c>flow.pt</c>.</param>
    /// <param name="precision">How matrices are kept.</param>
    /// <returns>The graphs and the flow's numbers.</returns>
    /// <exception cref="ModelLoadException">The section asks for another kind of network, or the weights do not fit it.</exception>
    public static (IReadOnlyList<GraphBuilder> Graphs, FlowManifest Manifest) Build(ConfigNode section, TensorSource weights, Precision precision = Precision.Full)
    {
        FlowConfiguration flow = FlowConfiguration.Read(section);
        GraphBuilder[] graphs =
        [
            FlowEncoderGraph.Build(flow, weights, precision), FlowTimesGraph.Build(flow, weights, precision), FlowEstimatorGraph.Build(flow, weights, precision),
        ];
        var manifest = new FlowManifest
        {
            CodebookSize = flow.VocabularySize,
            TokenRate = flow.TokenRate,
            MelBins = flow.MelBins,
            EncoderBlockTokens = flow.Encoder.BlockTokens,
            Steps = Steps,
            GuidanceRate = flow.GuidanceRate,
            CosineSchedule = flow.CosineSchedule,
            SpeakerEmbeddingSize = flow.SpeakerEmbeddingSize,
        };
        return (graphs, manifest);
    }
}
