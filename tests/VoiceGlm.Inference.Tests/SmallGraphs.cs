using VoiceGlm.Checkpoints.Onnx;
using VoiceGlm.Testing;

namespace VoiceGlm.Inference.Tests;

/// <summary>Graphs for the tests of the runtime, written where they are needed.</summary>
internal static class SmallGraphs
{
    /// <summary><c>sum = x + y</c> and <c>product = x · y</c>, over [rows, 2].</summary>
    public static Graph SumAndProduct(TemporaryFolder folder)
    {
        var graph = new GraphBuilder("sum-and-product");
        Edge x = graph.Input("x", OnnxType.Float, "rows", 2);
        Edge y = graph.Input("y", OnnxType.Float, "rows", 2);
        graph.Output("sum", graph.Add(x, y), OnnxType.Float, "rows", 2);
        graph.Output("product", graph.Multiply(x, y), OnnxType.Float, "rows", 2);
        return Load(folder, graph);
    }

    /// <summary><c>y = x · W · W · …</c>, a chain of matrix products that takes seconds; W is the identity.</summary>
    public static Graph Long(TemporaryFolder folder, int width, int products)
    {
        var graph = new GraphBuilder("long");
        Edge value = graph.Input("x", OnnxType.Float, "rows", width);
        Edge identity = graph.Weight(new Weight("identity", [width, width], (offset, destination) =>
        {
            for (int i = 0; i < destination.Length; i++) destination[i] = (offset + i) % (width + 1) == 0 ? 1 : 0;
        }));
        for (int i = 0; i < products; i++) value = graph.MatMul(value, identity);
        graph.Output("y", value, OnnxType.Float, "rows", width);
        return Load(folder, graph);
    }

    private static Graph Load(TemporaryFolder folder, GraphBuilder graph)
    {
        GraphDescription description = graph.Write(folder.Path, cancellationToken: TestContext.Current.CancellationToken);
        return Graph.Load(folder[description.File], new GraphOptions { Threads = 1 });
    }
}
