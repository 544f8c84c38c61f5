using VoiceGlm.Checkpoints.Onnx;

namespace VoiceGlm.Checkpoints.SpeechDecoder;

/// <summary>
/// A convolution over time computed four values at a time, with about half the multiplications: seven sums of the input, one
/// short convolution of each, and four sums of the results (Toom and Cook; Winograd 1980; Lavin and Gray 2016). Longer kernels
/// are cut into pieces of four; a dilation's tiles take every d-th value.
/// </summary>
/// <remarks>The polynomial is evaluated at 0, ±1, ±1/2, 2 and ∞, which keeps the rounding error near that of the plain sum.</remarks>
internal sealed class TiledConvolution(GraphBuilder graph)
{
    private const int Tile = 4;
    private const int Points = (2 * Tile) - 1;
    private const int TimeAxis = 3;

    // Multiplications per value from which those saved outweigh the sums, measured on a processor with AVX-512.
    private const int SmallestWork = 768;

    // The fast convolutions of ONNX Runtime take channels in sixteens.
    private const int ChannelBlock = 16;

    private static readonly double[] s_points = [0, 1, -1, 0.5, -0.5, 2];
    private readonly Dictionary<(int Point, int Channels), Edge> _sums = [];

    /// <summary>Whether tiles are faster for a layer, and possible: phases of a tile must not fall together.</summary>
    public static bool Suits(HiftLayer layer) =>
        layer.Inputs * layer.Kernel >= SmallestWork && layer.Dilation % 2 == 1
        && layer.Inputs % ChannelBlock == 0 && layer.Outputs % ChannelBlock == 0;

    /// <summary>The kernels of the short convolutions, [points·out, in, 1, pieces], from a weight [out, in, kernel].</summary>
    public static float[] Kernels(HiftLayer layer, float[] weight)
    {
        int pieces = Pieces(layer);
        int filters = layer.Outputs * layer.Inputs;
        var kernels = new float[Points * filters * pieces];
        for (int point = 0; point < Points; point++)
        {
            for (int filter = 0; filter < filters; filter++)
            {
                for (int position = 0; position < layer.Kernel; position++)
                {
                    kernels[(((point * filters) + filter) * pieces) + (position / Tile)] +=
                        (float)(KernelSum(point, position % Tile) * weight[(filter * layer.Kernel) + position]);
                }
            }
        }

        return kernels;
    }

    /// <summary>A bias [out] as that of the short convolutions: what is added at the point 1 is added to all four values.</summary>
    public static float[] Bias(HiftLayer layer, float[] bias)
    {
        var biases = new float[Points * layer.Outputs];
        bias.CopyTo(biases, layer.Outputs);
        return biases;
    }

    /// <summary>Shape of the kernels.</summary>
    public static long[] ShapeOf(HiftLayer layer) => [Points * layer.Outputs, layer.Inputs, 1, Pieces(layer)];

    private static int Pieces(HiftLayer layer) => (layer.Kernel + Tile - 1) / Tile;

    /// <summary>Adds the convolution, which keeps the length: [1, in, 1, time] to [1, out, 1, time].</summary>
    public Edge Apply(Edge input, HiftLayer layer, Edge kernels, Edge bias)
    {
        int dilation = layer.Dilation;
        int pieces = Pieces(layer);
        int reach = (layer.Kernel - 1) / 2 * dilation;
        // Output p of a tile lies d·p after the tile's place: up to this many tiles later.
        int lag = (Tile - 1) * dilation / Tile;
        int padBefore = reach + (Tile * lag);
        int padAfter = (Tile * dilation * (pieces - 1)) + ((Points - 1) * dilation) - reach;
        var sums = new Edge[Points];
        for (int point = 0; point < Points; point++)
        {
            sums[point] = graph.Op(
                "Conv",
                [input, InputSums(point, layer.Inputs)],
                ("kernel_shape", new long[] { 1, Points }),
                ("dilations", new long[] { 1, dilation }),
                ("strides", new long[] { 1, Tile }),
                ("pads", new long[] { 0, padBefore, 0, padAfter }),
                ("group", layer.Inputs));
        }

        Edge products = graph.Op(
            "Conv",
            [graph.Concat(1, sums), kernels, bias],
            ("kernel_shape", new long[] { 1, pieces }),
            ("dilations", new long[] { 1, dilation }),
            ("group", Points));
        Edge output = graph.Reshape(Interleave(products, layer.Outputs, dilation, lag), 1, layer.Outputs, 1, -1);
        Edge length = graph.Op("Shape", [input], ("start", TimeAxis), ("end", TimeAxis + 1));
        return graph.Op("Slice", [output, graph.Constant(0L), length, graph.Constant((long)TimeAxis)]);
    }

    // The four sums of the products, in the order of time: [out, tiles, 4].
    private Edge Interleave(Edge products, int outputs, int dilation, int lag)
    {
        products = graph.Reshape(products, Points, -1);
        var sums = new float[Tile * Points];
        for (int p = 0; p < Tile; p++)
        {
            for (int point = 0; point < Points; point++) sums[(p * Points) + point] = (float)OutputSum(p, point);
        }

        Edge values = graph.Reshape(graph.MatMul(graph.Constant(sums, Tile, Points), products), Tile, outputs, -1);
        if (dilation == 1) return graph.Transpose(values, 1, 2, 0);
        var phases = new Edge[Tile];
        for (int p = 0; p < Tile; p++)
        {
            int late = dilation * p / Tile;
            Edge from = graph.Constant(p, lag - late);
            Edge to = graph.Constant(p + 1, late == 0 ? long.MaxValue : -late);
            phases[dilation * p % Tile] = graph.Op("Slice", [values, from, to, graph.Constant(0L, 2L)]);
        }

        return graph.Transpose(graph.Concat(0, phases), 1, 2, 0);
    }

    private Edge InputSums(int point, int channels)
    {
        if (_sums.TryGetValue((point, channels), out Edge known)) return known;
        var kernel = new float[Points];
        for (int i = 0; i < Points; i++) kernel[i] = (float)InputSum(point, i);
        float[] kernels = [.. Enumerable.Repeat(kernel, channels).SelectMany(static values => values)];
        return _sums[(point, channels)] = graph.Constant(kernels, channels, 1, 1, Points);
    }

    private static double OutputSum(int p, int point) =>
        point < Points - 1 ? Math.Pow(s_points[point], p) : p == Tile - 1 ? 1 : 0;

    private static double KernelSum(int point, int q)
    {
        if (point == Points - 1) return q == Tile - 1 ? 1 : 0;
        double product = 1;
        for (int i = 0; i < Points - 1; i++) product *= i == point ? 1 : s_points[point] - s_points[i];
        return Math.Pow(s_points[point], q) / product;
    }

    // Coefficients of the polynomial that vanishes at all points, or at all but one.
    private static double InputSum(int point, int power)
    {
        double[] polynomial = [1];
        for (int i = 0; i < Points - 1; i++)
        {
            if (i == point) continue;
            var next = new double[polynomial.Length + 1];
            for (int j = 0; j < polynomial.Length; j++)
            {
                next[j + 1] += polynomial[j];
                next[j] -= s_points[i] * polynomial[j];
            }

            polynomial = next;
        }

        return power < polynomial.Length ? polynomial[power] : 0;
    }
}
