using VoiceGlm.Checkpoints.Onnx;
using VoiceGlm.Inference;
using VoiceGlm.Testing;

namespace VoiceGlm.Checkpoints.Tests.Onnx;

public class GraphBuilderTests
{
    [Fact]
    public void Weights_longer_than_a_piece_arrive_whole_and_aligned()
    {
        const int Count = (1 << 20) + 3;
        using var folder = new TemporaryFolder();
        var builder = new GraphBuilder("graph");
        Edge x = builder.Input("x", OnnxType.Float, 1);
        Edge odd = builder.Weight(new Weight("odd", [3], static (_, destination) => destination.Fill(1)));
        Edge ramp = builder.Weight(new Weight("ramp", [Count], static (offset, destination) =>
        {
            for (int i = 0; i < destination.Length; i++) destination[i] = offset + i;
        }));
        builder.Output("y", builder.Add(x, ramp), OnnxType.Float, Count);
        builder.Output("z", builder.Add(x, odd), OnnxType.Float, 3);
        long written = 0;
        builder.Write(folder.Path, bytes => written += bytes, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(builder.WeightBytes, written);
        Assert.Equal(4096 + (Count * 4L), new FileInfo(folder["graph.onnx.data"]).Length);
        using Graph graph = Graph.Load(folder["graph.onnx"], new GraphOptions { Threads = 1 });
        using var half = Tensor.From<float>([0.5f], 1);
        using GraphCall call = graph.CreateCall().Input("x", half).Output("y").Output("z");
        call.Run(TestContext.Current.CancellationToken);
        Assert.Equal([1.5f, 1.5f, 1.5f], call.Result("z").AsSpan<float>());
        Assert.Equal(Enumerable.Range(0, Count).Select(static i => i + 0.5f), call.Result("y").AsSpan<float>().ToArray());
    }

    [Fact]
    public void Weight_of_the_same_name_and_shape_is_written_once()
    {
        var builder = new GraphBuilder("graph");
        var weight = new Weight("w", [2, 3], static (_, destination) => destination.Clear());
        Assert.Equal(builder.Weight(weight), builder.Weight(weight));
        Assert.Equal(24, builder.WeightBytes);
    }

    [Fact]
    public void Two_values_of_a_name_are_refused()
    {
        var builder = new GraphBuilder("graph");
        var weight = new Weight("w", [2, 3], static (_, destination) => destination.Clear());
        builder.Weight(weight);
        Assert.Throws<ArgumentException>(() => builder.Weight(weight.Reshaped(6)));
        builder.Input("x", OnnxType.Float, 1);
        Assert.Throws<ArgumentException>(() => builder.Weight(weight with { Name = "x" }));
    }

    [Fact]
    public void Values_that_do_not_fill_their_shape_are_refused()
    {
        using var folder = new TemporaryFolder();
        Weight weight = Weight.Computed("w", [4], static () => new float[5]);
        Assert.Throws<ArgumentException>(() => weight.Reshaped(5));
        var builder = new GraphBuilder("graph");
        builder.Output("y", builder.Weight(weight), OnnxType.Float, 4);
        Assert.Contains("5 values", Assert.Throws<InvalidOperationException>(() => builder.Write(folder.Path, cancellationToken: TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Computed_values_are_forgotten_when_the_last_is_read()
    {
        int computed = 0;
        Weight weight = Weight.Computed("w", [4], () =>
        {
            computed++;
            return [1, 2, 3, 4];
        });
        var half = new float[2];
        for (int round = 1; round <= 2; round++)
        {
            weight.Read(0, half);
            Assert.Equal([1f, 2f], half);
            weight.Read(2, half);
            Assert.Equal([3f, 4f], half);
            Assert.Equal(round, computed);
        }
    }

    [Fact]
    public void Operator_on_a_value_of_nowhere_is_refused() =>
        Assert.Contains("'ghost'", Assert.Throws<ArgumentException>(() => new GraphBuilder("graph").Op("Abs", [new Edge("ghost")])).Message, StringComparison.Ordinal);
}
