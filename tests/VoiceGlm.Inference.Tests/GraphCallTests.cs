using System.Diagnostics;
using VoiceGlm.Testing;

namespace VoiceGlm.Inference.Tests;

public sealed class GraphCallTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Tensor _x = Tensor.From<float>([1, 2, 3, 4], 2, 2);
    private readonly Tensor _y = Tensor.From<float>([10, 20, 30, 40], 2, 2);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Outputs_are_written_where_they_were_given_and_made_where_not()
    {
        using Graph graph = SmallGraphs.SumAndProduct(_folder);
        using var sum = Tensor.Create<float>(2, 2);
        using GraphCall call = graph.CreateCall().Input("x", _x).Input("y", _y).Output("sum", sum).Output("product");
        call.Run(Token);

        Assert.Same(sum, call.Result("sum"));
        Assert.Equal([11f, 22f, 33f, 44f], sum.AsSpan<float>());
        Assert.Equal([10f, 40f, 90f, 160f], call.Result("product").AsSpan<float>());
        Assert.Equal([2, 2], call.Result("product").Shape);
    }

    [Fact]
    public void Second_use_equals_first_and_other_shapes_may_come_between()
    {
        using Graph graph = SmallGraphs.SumAndProduct(_folder);
        using GraphCall call = graph.CreateCall().Input("x", _x).Input("y", _y).Output("sum").Output("product");
        call.Run(Token);
        float[] first = call.Result("product").AsSpan<float>().ToArray();

        using var row = Tensor.From<float>([5, 6], 1, 2);
        call.Input("x", row).Input("y", row).Run(Token);
        Assert.Equal([25f, 36f], call.Result("product").AsSpan<float>());
        Assert.Equal([10f, 12f], call.Result("sum").AsSpan<float>());

        call.Input("x", _x).Input("y", _y).Run(Token);
        Assert.Equal(first, call.Result("product").AsSpan<float>());
    }

    [Fact]
    public void View_of_a_made_tensor_outlives_the_next_run()
    {
        using Graph graph = SmallGraphs.SumAndProduct(_folder);
        using GraphCall call = graph.CreateCall().Input("x", _x).Input("y", _y).Output("sum");
        call.Run(Token);
        using Tensor row = call.Result("sum").View<float>(2, 2);
        call.Input("x", _y).Run(Token);
        Assert.Equal([33f, 44f], row.AsSpan<float>());
        Assert.Equal([20f, 40f, 60f, 80f], call.Result("sum").AsSpan<float>());
    }

    [Fact]
    public void Two_calls_of_a_graph_run_at_once()
    {
        using Graph graph = SmallGraphs.SumAndProduct(_folder);
        Parallel.For(0, 8, new ParallelOptions { CancellationToken = Token }, number =>
        {
            using var x = Tensor.From<float>([number, number], 1, 2);
            using GraphCall call = graph.CreateCall().Input("x", x).Input("y", x).Output("sum");
            for (int i = 0; i < 50; i++)
            {
                call.Run(Token);
                Assert.Equal([2f * number, 2f * number], call.Result("sum").AsSpan<float>());
            }
        });
    }

    [Fact]
    public void Missing_input_is_named()
    {
        using Graph graph = SmallGraphs.SumAndProduct(_folder);
        using GraphCall call = graph.CreateCall().Input("x", _x).Output("sum");
        Assert.Equal($"{graph.Path}: input 'y' is not set.", Assert.Throws<InvalidOperationException>(() => call.Run(Token)).Message);
    }

    [Fact]
    public void Names_that_the_graph_lacks_are_refused_with_those_it_has()
    {
        using Graph graph = SmallGraphs.SumAndProduct(_folder);
        using GraphCall call = graph.CreateCall();
        Assert.StartsWith($"{graph.Path} has no input 'z'; it has x, y.", Assert.Throws<ArgumentException>(() => call.Input("z", _x)).Message, StringComparison.Ordinal);
        Assert.StartsWith($"{graph.Path} has no output 'z'; it has sum, product.", Assert.Throws<ArgumentException>(() => call.Output("z")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Result_is_there_only_after_a_run_that_was_asked_for_it()
    {
        using Graph graph = SmallGraphs.SumAndProduct(_folder);
        using GraphCall call = graph.CreateCall().Input("x", _x).Input("y", _y);
        Assert.Contains("no output is asked for", Assert.Throws<InvalidOperationException>(() => call.Run(Token)).Message, StringComparison.Ordinal);
        call.Output("sum").Run(Token);
        Assert.Contains("'product' was not computed", Assert.Throws<InvalidOperationException>(() => call.Result("product")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_shape_or_type_is_told_with_the_inputs_name_and_the_call_goes_on()
    {
        using Graph graph = SmallGraphs.SumAndProduct(_folder);
        using var wide = Tensor.Create<float>(2, 3);
        using var whole = Tensor.Create<long>(2, 2);
        using GraphCall call = graph.CreateCall().Input("x", wide).Input("y", _y).Output("sum");

        string shape = Assert.Throws<InvalidOperationException>(() => call.Run(Token)).Message;
        Assert.StartsWith(graph.Path, shape, StringComparison.Ordinal);
        Assert.Contains("Got invalid dimensions for input: x", shape, StringComparison.Ordinal);
        Assert.Contains("int64", Assert.Throws<InvalidOperationException>(() => call.Input("x", whole).Run(Token)).Message, StringComparison.Ordinal);

        call.Input("x", _x).Run(Token);
        Assert.Equal([11f, 22f, 33f, 44f], call.Result("sum").AsSpan<float>());
    }

    [Fact]
    public void Disposed_input_is_refused()
    {
        using Graph graph = SmallGraphs.SumAndProduct(_folder);
        var gone = Tensor.Create<float>(2, 2);
        using GraphCall call = graph.CreateCall().Input("x", gone).Input("y", _y).Output("sum");
        gone.Dispose();
        Assert.Throws<ObjectDisposedException>(() => call.Run(Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Cancelled_run_ends_and_the_call_runs_again(bool outputGiven)
    {
        const int Width = 256;
        using Graph graph = SmallGraphs.Long(_folder, Width, products: 3000);
        using var x = Tensor.Create<float>(64, Width);
        using var y = Tensor.Create<float>(64, Width);
        x.AsSpan<float>().Fill(3);
        using GraphCall call = graph.CreateCall().Input("x", x).Output("y", outputGiven ? y : null);
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(20));

        OperationCanceledException exception = Assert.Throws<OperationCanceledException>(() => call.Run(cancellation.Token));

        Assert.Equal(cancellation.Token, exception.CancellationToken);
        // A cut run leaves no result behind, and the next one is whole.
        if (!outputGiven) Assert.Throws<InvalidOperationException>(() => call.Result("y"));
        using var one = Tensor.From<float>(Enumerable.Repeat(3f, Width).ToArray(), 1, Width);
        call.Input("x", one).Output("y").Run(Token);
        Assert.Equal(Enumerable.Repeat(3f, Width), call.Result("y").AsSpan<float>().ToArray());
    }

    [Fact]
    public async Task Cancellation_that_a_run_did_not_notice_does_not_end_the_next()
    {
        // The runtime looks at its flag between operators: within the only one, some milliseconds long, it goes unseen.
        const int Width = 512;
        using Graph graph = SmallGraphs.Long(_folder, Width, products: 1);
        using var x = Tensor.Create<float>(Width, Width);
        x.AsSpan<float>().Fill(2);
        using GraphCall call = graph.CreateCall().Input("x", x).Output("y");
        call.Run(Token);
        long start = Stopwatch.GetTimestamp();
        call.Run(Token);
        TimeSpan duration = Stopwatch.GetElapsedTime(start);
        for (int i = 1; i < 20; i++)
        {
            using var cancellation = new CancellationTokenSource();
            using var ready = new Barrier(2);
            TimeSpan moment = duration * i / 20;
            Task cancel = Task.Run(
                () =>
                {
                    ready.SignalAndWait(Token);
                    long began = Stopwatch.GetTimestamp();
                    SpinWait.SpinUntil(() => Stopwatch.GetElapsedTime(began) >= moment);
                    cancellation.Cancel();
                },
                Token);
            ready.SignalAndWait(Token);
            try
            {
                call.Run(cancellation.Token);
            }
            catch (OperationCanceledException exception)
            {
                Assert.Equal(cancellation.Token, exception.CancellationToken);
            }

            await cancel;
            call.Run(Token);
            Assert.Equal(2, call.Result("y").AsSpan<float>()[^1]);
        }
    }

    [Fact]
    public void Token_that_is_cancelled_already_runs_nothing()
    {
        using Graph graph = SmallGraphs.SumAndProduct(_folder);
        using var sum = Tensor.Create<float>(2, 2);
        using GraphCall call = graph.CreateCall().Input("x", _x).Input("y", _y).Output("sum", sum);
        Assert.Throws<OperationCanceledException>(() => call.Run(new CancellationToken(canceled: true)));
        Assert.Equal(new float[4], sum.AsSpan<float>());
    }

    public void Dispose()
    {
        _x.Dispose();
        _y.Dispose();
        _folder.Dispose();
    }
}
