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

    /// <summary>Adds the graphs of the flow to a model folder.</summary>
    /// <param name="section">The section <c>flow:</c> of the decoder's <c>config.yaml</c>.</param>
    /// <param name="weights">The state dict, <c>flow.pt</c>.</param>
    /// <param name="writer">The folder.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    /// <returns>The flow's numbers.</returns>
    /// <exception cref="ModelLoadException">The section asks for another kind of network, or the weights do not fit it.</exception>
    public static FlowManifest Add(ConfigNode section, TensorSource weights, ModelFolderWriter writer, CancellationToken cancellationToken)
    {
        FlowConfiguration flow = FlowConfiguration.Read(section);
        writer.AddGraph(FlowEncoderGraph.Build(flow, weights), cancellationToken);
        writer.AddGraph(FlowTimesGraph.Build(flow, weights), cancellationToken);
        writer.AddGraph(FlowEstimatorGraph.Build(flow, weights), cancellationToken);
        return new FlowManifest
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
    }
}
