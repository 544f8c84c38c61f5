using VoiceGlm.Checkpoints.Onnx;

namespace VoiceGlm.Checkpoints.SpeechDecoder;

/// <summary>A residual block of the estimator, in the order in which they compute.</summary>
/// <param name="Name">Its place in the checkpoint.</param>
/// <param name="Inputs">Channels in.</param>
/// <param name="Outputs">Channels out.</param>
internal sealed record FlowResidualBlock(string Name, int Inputs, int Outputs)
{
    /// <summary>The blocks of an estimator: down, through the middle, and up, where each also gets what went down.</summary>
    public static IReadOnlyList<FlowResidualBlock> Of(FlowEstimatorConfiguration estimator)
    {
        int[] channels = estimator.Channels;
        var blocks = new List<FlowResidualBlock>();
        for (int i = 0; i < channels.Length; i++) blocks.Add(new($"down_blocks.{i}", i == 0 ? estimator.InputSize : channels[i - 1], channels[i]));
        for (int i = 0; i < estimator.MiddleBlocks; i++) blocks.Add(new($"mid_blocks.{i}", channels[^1], channels[^1]));
        for (int i = 0; i < channels.Length; i++) blocks.Add(new($"up_blocks.{i}", 2 * channels[^(i + 1)], channels[Math.Max(channels.Length - 2 - i, 0)]));
        return blocks;
    }
}

/// <summary>
/// The graph that embeds the times of all steps for every residual block at once. The times are the same in every call, so it
/// runs once, and a step reads a row instead of the layers' weights.
/// </summary>
/// <remarks>
/// Matcha-TTS components/decoder.py (SinusoidalPosEmb, TimestepEmbedding, ResnetBlock1D.mlp). Input: <c>times</c> [steps].
/// Output: <c>rows</c> [steps, time size].
/// </remarks>
internal static class FlowTimesGraph
{
    public const string Name = "speech-decoder-flow-times";
    private const float Scale = 1000f;

    /// <summary>Puts the graph together.</summary>
    /// <exception cref="ModelLoadException">The checkpoint lacks a tensor, or one has another shape.</exception>
    public static GraphBuilder Build(FlowConfiguration flow, TensorSource source, Precision precision)
    {
        const string Root = "decoder.estimator";
        var graph = new GraphBuilder(Name, precision);
        var layers = new FlowLayers(graph, source);
        IReadOnlyList<FlowResidualBlock> blocks = FlowResidualBlock.Of(flow.Estimator);
        int size = flow.Estimator.InputSize;
        int hidden = 4 * flow.Estimator.Channels[0];

        Edge times = graph.Input("times", OnnxType.Float, "steps");
        int half = size / 2;
        var frequencies = new float[half];
        for (int i = 0; i < half; i++) frequencies[i] = MathF.Exp(i * -(float)(Math.Log(10000.0) / (half - 1)));
        Edge angles = graph.Multiply(
            graph.Multiply(graph.Reshape(times, -1, 1), graph.Scalar(Scale)), graph.Constant(frequencies, 1, half));
        Edge embedded = graph.Concat(1, graph.Op("Sin", [angles]), graph.Op("Cos", [angles]));
        embedded = layers.Linear(embedded, $"{Root}.time_mlp.linear_1", size, hidden);
        embedded = graph.Multiply(embedded, graph.Op("Sigmoid", [embedded]));
        embedded = layers.Mish(layers.Linear(embedded, $"{Root}.time_mlp.linear_2", hidden, hidden));

        Edge[] rows = [.. blocks.Select(block => layers.Linear(embedded, $"{Root}.{block.Name}.0.mlp.1", hidden, block.Outputs))];
        graph.Output("rows", graph.Concat(1, rows), OnnxType.Float, "steps", blocks.Sum(static block => block.Outputs));
        return graph;
    }
}
