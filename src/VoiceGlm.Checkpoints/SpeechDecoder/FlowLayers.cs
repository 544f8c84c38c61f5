using VoiceGlm.Checkpoints.Onnx;

namespace VoiceGlm.Checkpoints.SpeechDecoder;

/// <summary>
/// The layers that the flow's graphs are made of, by the names that their tensors have in the checkpoint. Sequences are rows:
/// [batch, time, channels], or [batch · time, channels] where the batch does not matter.
/// </summary>
/// <remarks>
/// A convolution over time is one matrix product over rows that hold each frame's neighbours side by side: ONNX Runtime
/// multiplies by a packed weight faster than it convolves, and transformers want rows anyway.
/// </remarks>
internal sealed class FlowLayers(GraphBuilder graph, TensorSource source)
{
    public const float NormEpsilon = 1e-5f;

    private readonly Dictionary<(int Size, int Groups), Edge> _groupAverages = [];

    /// <summary>A tensor of the checkpoint.</summary>
    public Edge Tensor(string name, params ReadOnlySpan<long> shape) => graph.Weight(Weight.From(source, name, shape));

    /// <summary>A linear layer over rows [rows, inputs].</summary>
    public Edge Linear(Edge rows, string name, int inputs, int outputs, bool bias = true) =>
        graph.Linear(rows, Weight.From(source, $"{name}.weight", outputs, inputs), bias ? Tensor($"{name}.bias", outputs) : null);

    /// <summary>A linear layer over rows, stored as a convolution of one frame.</summary>
    public Edge PointwiseConvolution(Edge rows, string name, int inputs, int outputs) => graph.Linear(
        rows, Weight.From(source, $"{name}.weight", outputs, inputs, 1).Reshaped(outputs, inputs), Tensor($"{name}.bias", outputs));

    /// <summary>Layer normalisation.</summary>
    public Edge LayerNorm(Edge rows, string name, int size) =>
        graph.LayerNorm(rows, Tensor($"{name}.weight", size), Tensor($"{name}.bias", size), NormEpsilon);

    /// <summary>A convolution of three frames, padded by one on either side: [batch, time, inputs] → [batch · ⌈time / stride⌉, outputs].</summary>
    public Edge Convolution(Edge sequence, string name, int inputs, int outputs, int stride = 1)
    {
        const int Taps = 3;
        string weight = $"{name}.weight";
        source.Require(weight, outputs, inputs, Taps);
        var taps = Weight.Computed(weight, [outputs, Taps * inputs], () => TapsFirst(source.ReadAll(weight), outputs, inputs, Taps));
        return graph.Linear(Neighbours(sequence, inputs, stride), taps, Tensor($"{name}.bias", outputs));
    }

    /// <summary>A transposed convolution of four frames, stride two, padded by one: [batch, time, size] → [batch · 2 · time, size].</summary>
    /// <remarks>Output 2j sees frames j − 1 (tap 3) and j (tap 1); output 2j + 1 sees frames j (tap 2) and j + 1 (tap 0).</remarks>
    public Edge Upsampling(Edge sequence, string name, int size)
    {
        const int Taps = 4;
        string weight = $"{name}.weight";
        source.Require(weight, size, size, Taps);
        var both = Weight.Computed(weight, [2 * size, 3 * size], () =>
        {
            float[] taps = source.ReadAll(weight);
            var rows = new float[2 * size * 3 * size];
            for (int output = 0; output < size; output++)
            {
                for (int input = 0; input < size; input++)
                {
                    ReadOnlySpan<float> tap = taps.AsSpan(((input * size) + output) * Taps, Taps);
                    int even = (output * 3 * size) + input;
                    int odd = ((size + output) * 3 * size) + input;
                    rows[even] = tap[3];
                    rows[even + size] = tap[1];
                    rows[odd + size] = tap[2];
                    rows[odd + (2 * size)] = tap[0];
                }
            }

            return rows;
        });
        Edge bias = Tensor($"{name}.bias", size);
        Edge pairs = graph.Linear(Neighbours(sequence, size, stride: 1), both, graph.Concat(0, bias, bias));
        return graph.Reshape(pairs, -1, size);
    }

    /// <summary>Group normalisation over time and the channels of a group, then Mish: [batch, time, size].</summary>
    public Edge GroupNormMish(Edge sequence, string name, int size, int groups)
    {
        Edge groupAverage = GroupAverage(size, groups);
        Edge time = graph.Constant(1L);
        Edge mean = graph.MatMul(graph.Op("ReduceMean", [sequence, time], ("keepdims", 1)), groupAverage);
        Edge centred = graph.Subtract(sequence, mean);
        Edge variance = graph.MatMul(graph.Op("ReduceMean", [graph.Multiply(centred, centred), time], ("keepdims", 1)), groupAverage);
        Edge deviation = graph.Op("Sqrt", [graph.Add(variance, graph.Scalar(NormEpsilon))]);
        Edge scale = graph.Divide(Tensor($"{name}.weight", size), deviation);
        return Mish(graph.Add(graph.Multiply(centred, scale), Tensor($"{name}.bias", size)));
    }

    /// <summary>x · tanh(softplus(x)).</summary>
    /// <remarks>
    /// With n = eˣ it is x − x / (n · (n / 2 + 1) + 1): one vectorised exponential, and an n that overflows leaves x, as it should.
    /// </remarks>
    public Edge Mish(Edge input)
    {
        Edge n = graph.Op("Exp", [input]);
        Edge half = graph.Add(graph.Multiply(n, graph.Scalar(0.5f)), graph.Scalar(1f));
        return graph.Subtract(input, graph.Divide(input, graph.Add(graph.Multiply(n, half), graph.Scalar(1f))));
    }

    /// <summary>
    /// Layer normalisation over [rows, size] without its scale and bias, and smaller by √size: what <see cref="AfterNorm"/> puts back
    /// into the linear layer that follows.
    /// </summary>
    /// <remarks>ONNX Runtime's own layer normalisation sums element by element; these operators are vectorised.</remarks>
    public Edge BareNorm(Edge rows, int size)
    {
        Edge last = graph.Constant(1L);
        Edge centred = graph.Subtract(rows, graph.Op("ReduceMean", [rows, last], ("keepdims", 1)));
        Edge energy = graph.Op("ReduceSumSquare", [centred, last], ("keepdims", 1));
        return graph.Divide(centred, graph.Op("Sqrt", [graph.Add(energy, graph.Scalar(size * NormEpsilon))]));
    }

    /// <summary>The weights [outputs, inputs] and bias [outputs] of a linear layer after <see cref="BareNorm"/>, with the normalisation's scale and bias in them.</summary>
    /// <param name="norm">The normalisation.</param>
    /// <param name="names">The linear layers, whose outputs are put side by side.</param>
    /// <param name="inputs">Width of the normalised rows.</param>
    /// <param name="outputs">Outputs of each layer.</param>
    /// <param name="bias">Whether the layers have a bias of their own.</param>
    public (Weight Weight, Edge Bias) AfterNorm(string norm, ReadOnlySpan<string> names, int inputs, int outputs, bool bias)
    {
        string[] layers = names.ToArray();
        foreach (string layer in layers)
        {
            source.Require($"{layer}.weight", outputs, inputs);
            if (bias) source.Require($"{layer}.bias", outputs);
        }

        source.Require($"{norm}.weight", inputs);
        source.Require($"{norm}.bias", inputs);
        float root = MathF.Sqrt(inputs);
        var weight = Weight.Computed($"{layers[0]}.weight", [layers.Length * outputs, inputs], () =>
        {
            float[] scale = source.ReadAll($"{norm}.weight");
            float[] values = [.. layers.SelectMany(layer => source.ReadAll($"{layer}.weight"))];
            for (int i = 0; i < values.Length; i++) values[i] *= scale[i % inputs] * root;
            return values;
        });
        Edge shift = graph.Weight(Weight.Computed($"{layers[0]}.bias", [layers.Length * outputs], () =>
        {
            float[] offset = source.ReadAll($"{norm}.bias");
            float[] values = bias ? [.. layers.SelectMany(layer => source.ReadAll($"{layer}.bias"))] : new float[layers.Length * outputs];
            float[] rows = [.. layers.SelectMany(layer => source.ReadAll($"{layer}.weight"))];
            for (int row = 0; row < values.Length; row++)
            {
                double sum = values[row];
                for (int column = 0; column < inputs; column++) sum += (double)rows[(row * inputs) + column] * offset[column];
                values[row] = (float)sum;
            }

            return values;
        }));
        return (weight, shift);
    }

    // One product with this matrix takes every channel's mean to the mean of its group.
    private Edge GroupAverage(int size, int groups)
    {
        if (_groupAverages.TryGetValue((size, groups), out Edge known)) return known;
        int width = size / groups;
        var average = new float[size * size];
        for (int row = 0; row < size; row++) average.AsSpan((row * size) + (row / width * width), width).Fill(1f / width);
        return _groupAverages[(size, groups)] = graph.Constant(average, size, size);
    }

    // Each frame beside its neighbours: [batch, time, channels] → [batch · ⌈time / stride⌉, 3 · channels].
    private Edge Neighbours(Edge sequence, int channels, int stride)
    {
        Edge padded = graph.Op("Pad", [sequence, graph.Constant(0, 1, 0, 0, 1, 0)]);
        Edge Tap(long start, long end) =>
            graph.Op("Slice", [padded, graph.Constant(start), graph.Constant(end), graph.Constant(1L), graph.Constant((long)stride)]);
        Edge wide = graph.Concat(2, Tap(0, -2), Tap(1, -1), Tap(2, long.MaxValue));
        return graph.Reshape(wide, -1, 3L * channels);
    }

    private static float[] TapsFirst(float[] weight, int outputs, int inputs, int taps)
    {
        var rows = new float[weight.Length];
        for (int output = 0; output < outputs; output++)
        {
            for (int input = 0; input < inputs; input++)
            {
                for (int tap = 0; tap < taps; tap++)
                {
                    rows[(((output * taps) + tap) * inputs) + input] = weight[(((output * inputs) + input) * taps) + tap];
                }
            }
        }

        return rows;
    }
}
