using VoiceGlm.Testing;

namespace VoiceGlm.Inference.Tests;

public class GraphTests
{
    [Fact]
    public void Loaded_graph_describes_its_inputs_and_outputs()
    {
        using var folder = new TemporaryFolder();
        using Graph graph = SmallGraphs.SumAndProduct(folder);
        Assert.Equal(["x float rows,2", "y float rows,2"], graph.Inputs.Select(Describe));
        Assert.Equal(["sum float rows,2", "product float rows,2"], graph.Outputs.Select(Describe));

        static string Describe(GraphValue value) => $"{value.Name} {value.Type} {string.Join(",", value.Shape)}";
    }

    [Fact]
    public void Missing_file_and_file_of_another_kind_are_told_apart()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(
            $"{folder["a.onnx"]}: expected an ONNX graph, found no such file.",
            Assert.Throws<ModelLoadException>(() => Graph.Load(folder["a.onnx"], new GraphOptions())).Message);
        File.WriteAllText(folder["a.onnx"], "hello");
        Assert.Equal(
            "an ONNX graph that ONNX Runtime accepts",
            Assert.Throws<ModelLoadException>(() => Graph.Load(folder["a.onnx"], new GraphOptions())).Expected);
    }

    [Fact]
    public void Missing_weights_are_told_with_the_graphs_path()
    {
        using var folder = new TemporaryFolder();
        SmallGraphs.Long(folder, width: 64, products: 1).Dispose();
        File.Delete(folder["long.onnx.data"]);
        ModelLoadException exception = Assert.Throws<ModelLoadException>(() => Graph.Load(folder["long.onnx"], new GraphOptions()));
        Assert.Equal(folder["long.onnx"], exception.Path);
        Assert.Contains("long.onnx.data", exception.Found, StringComparison.Ordinal);
    }

    [Fact]
    public void Unoptimised_graph_computes_the_same()
    {
        using var folder = new TemporaryFolder();
        SmallGraphs.SumAndProduct(folder).Dispose();
        using Graph graph = Graph.Load(folder["sum-and-product.onnx"], new GraphOptions { Optimize = false, Threads = 1 });
        using var x = Tensor.From<float>([1, 2], 1, 2);
        using GraphCall call = graph.CreateCall().Input("x", x).Input("y", x).Output("product");
        call.Run(TestContext.Current.CancellationToken);
        Assert.Equal([1f, 4f], call.Result("product").AsSpan<float>());
    }
}
