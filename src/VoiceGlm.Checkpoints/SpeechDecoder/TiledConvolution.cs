using VoiceGlm.Checkpoints.Onnx;

namespace VoiceGlm.Checkpoints.SpeechDecoder;

/// <summary>
/// A convolution over time computed six values at a time, with a third of the multiplications: sums of the input, one short
/// convolution of each, and six sums of the results (Toom and Cook; Winograd 1980; Lavin and Gray 2016). Longer kernels are cut
/// into pieces of six, which share the sums of the input; a dilation of d makes d signals of every d-th value.
/// </summary>
internal sealed class TiledConvolution(GraphBuilder graph)
{
    private const int Tile = 6;
    private const int LargestPiece = 7;
    private const int TimeAxis = 3;

    // Multiplications per value from which those saved outweigh the sums, measured on a processor with AVX-512.
    private const int SmallestWork = 384;

    // The fast convolutions of ONNX Runtime take channels in sixteens.
    private const int ChannelBlock = 16;

    private readonly Dictionary<(int Point, ToomCook Sums, int Channels), Edge> _sums = [];

    /// <summary>Whether tiles are faster for a layer.</summary>
    public static bool Suits(HiftLayer layer) =>
        layer.Kernel > 1 && layer.Inputs * layer.Kernel >= SmallestWork
        && layer.Inputs % ChannelBlock == 0 && layer.Outputs % ChannelBlock == 0;

    /// <summary>The kernels of the short convolutions, [points·out, in, 1, pieces], from a weight [out, in, kernel].</summary>
    public static float[] Kernels(HiftLayer layer, float[] weight)
    {
        ToomCook sums = SumsOf(layer);
        int pieces = Pieces(layer);
        int filters = layer.Outputs * layer.Inputs;
        var kernels = new float[sums.Points * filters * pieces];
        for (int point = 0; point < sums.Points; point++)
        {
            double[] ofKernel = sums.OfKernel(point);
            for (int filter = 0; filter < filters; filter++)
            {
                Span<float> kernel = kernels.AsSpan(((point * filters) + filter) * pieces, pieces);
                for (int piece = 0; piece < pieces; piece++)
                {
                    double sum = 0;
                    for (int i = piece * sums.Piece; i < Math.Min((piece + 1) * sums.Piece, layer.Kernel); i++)
                    {
                        sum += ofKernel[i - (piece * sums.Piece)] * weight[(filter * layer.Kernel) + i];
                    }

                    kernel[piece] = (float)sum;
                }
            }
        }

        return kernels;
    }

    /// <summary>A bias [out] as that of the short convolutions: what is added at the point 1 is added to every value.</summary>
    public static float[] Bias(HiftLayer layer, float[] bias)
    {
        var biases = new float[SumsOf(layer).Points * layer.Outputs];
        bias.CopyTo(biases, ToomCook.One * layer.Outputs);
        return biases;
    }

    /// <summary>Shape of the kernels.</summary>
    public static long[] ShapeOf(HiftLayer layer) => [SumsOf(layer).Points * layer.Outputs, layer.Inputs, 1, Pieces(layer)];

    /// <summary>Adds the convolution, which keeps the length: [1, in, 1, time] to [1, out, 1, time].</summary>
    public Edge Apply(Edge input, HiftLayer layer, Edge kernels, Edge bias)
    {
        ToomCook sums = SumsOf(layer);
        int pieces = Pieces(layer);
        int reach = (layer.Kernel - 1) / 2;
        // Enough for a last tile of which only one value is wanted.
        int after = sums.Points - reach + (Tile * (pieces - 1)) - 1;
        Edge length = graph.Op("Shape", [input], ("start", TimeAxis), ("end", TimeAxis + 1));
        Edge signals = layer.Dilation == 1 ? input : Deal(input, length, layer);
        var ofInput = new Edge[sums.Points];
        for (int point = 0; point < sums.Points; point++)
        {
            ofInput[point] = graph.Op(
                "Conv",
                [signals, InputSums(point, sums, layer.Inputs)],
                ("kernel_shape", new long[] { 1, sums.Points }),
                ("strides", new long[] { 1, Tile }),
                ("pads", new long[] { 0, reach, 0, after }),
                ("group", layer.Inputs));
        }

        Edge products = graph.Op(
            "Conv",
            [graph.Concat(1, ofInput), kernels, bias],
            ("kernel_shape", new long[] { 1, pieces }),
            ("group", sums.Points));
        Edge output = graph.Reshape(Gather(products, sums, layer), 1, layer.Outputs, 1, -1);
        return graph.Op("Slice", [output, graph.Constant(0L), length, graph.Constant((long)TimeAxis)]);
    }

    // [1, in, 1, time] to [dilation, in, 1, time / dilation], zeros after the end.
    private Edge Deal(Edge input, Edge length, HiftLayer layer)
    {
        Edge dilation = graph.Constant((long)layer.Dilation);
        Edge missing = graph.Op("Mod", [graph.Op("Neg", [length]), dilation]);
        Edge padded = graph.Op("Pad", [input, graph.Concat(0, graph.Constant(0L, 0, 0, 0, 0, 0, 0), missing)]);
        Edge dealt = graph.Transpose(graph.Reshape(padded, -1, layer.Dilation), 1, 0);
        return graph.Reshape(dealt, layer.Dilation, layer.Inputs, 1, -1);
    }

    // The sums of the products in the order of time: [dilation, points·out, 1, tiles] to [out, tiles·6·dilation].
    private Edge Gather(Edge products, ToomCook sums, HiftLayer layer)
    {
        products = graph.Reshape(products, layer.Dilation, sums.Points, -1);
        var ofProducts = new float[Tile * sums.Points];
        for (int p = 0; p < Tile; p++)
        {
            for (int point = 0; point < sums.Points; point++) ofProducts[(p * sums.Points) + point] = (float)sums.OfProducts(p, point);
        }

        Edge values = graph.MatMul(graph.Constant(ofProducts, Tile, sums.Points), products);
        if (layer.Dilation > 1) values = graph.Transpose(values, 1, 0, 2);
        return graph.Transpose(graph.Reshape(values, Tile * layer.Dilation, -1), 1, 0);
    }

    private Edge InputSums(int point, ToomCook sums, int channels)
    {
        if (_sums.TryGetValue((point, sums, channels), out Edge known)) return known;
        float[] kernel = Array.ConvertAll(sums.OfInput(point), static value => (float)value);
        float[] kernels = [.. Enumerable.Repeat(kernel, channels).SelectMany(static values => values)];
        return _sums[(point, sums, channels)] = graph.Constant(kernels, channels, 1, 1, sums.Points);
    }

    // Pieces as long as a tile see the input a whole number of tiles later, and so share its sums.
    private static ToomCook SumsOf(HiftLayer layer) => new(Tile, layer.Kernel <= LargestPiece ? layer.Kernel : Tile);

    private static int Pieces(HiftLayer layer) => (layer.Kernel + SumsOf(layer).Piece - 1) / SumsOf(layer).Piece;
}
