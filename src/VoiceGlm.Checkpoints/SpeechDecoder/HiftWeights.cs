using VoiceGlm.Checkpoints.Onnx;

namespace VoiceGlm.Checkpoints.SpeechDecoder;

/// <summary>
/// The layers of a HiFT checkpoint as graph weights. Weight normalisation (g·v / ‖v‖ over the first dimension, Salimans and
/// Kingma 2016) is folded in; one layer at a time is in memory, and only while it is written.
/// </summary>
internal sealed class HiftWeights(GraphBuilder graph, TensorSource source)
{
    /// <summary>Whether the checkpoint has the layer.</summary>
    public bool Has(string layer) => source.Tensors.ContainsKey($"{layer}.weight_v") || source.Tensors.ContainsKey($"{layer}.weight");

    /// <summary>Length of a layer's kernel, the last dimension of its weight.</summary>
    /// <exception cref="ModelLoadException">The checkpoint has no such layer.</exception>
    public int KernelOf(string layer) => (int)source.Require(NameOf(layer), -1, -1, -1).Shape[2];

    /// <summary>Output channels of a convolution, the first dimension of its weight.</summary>
    /// <exception cref="ModelLoadException">The checkpoint has no such layer.</exception>
    public int OutputsOf(string layer) => (int)source.Require(NameOf(layer), -1, -1, -1).Shape[0];

    /// <summary>A vector put through a function, under another shape of equal volume.</summary>
    public Edge Vector(string tensor, int length, Func<float, float> map, params ReadOnlySpan<long> shape)
    {
        source.Require(tensor, length);
        float[] values = Array.ConvertAll(source.ReadAll(tensor), value => map(value));
        return graph.Constant(values, shape);
    }

    /// <summary>What the snake's input must be multiplied by for <see cref="Snake.Scaled"/>, or <see langword="null"/> where that cannot be.</summary>
    public float[]? SnakeScale(string alpha, int channels)
    {
        source.Require(alpha, channels);
        float[] alphas = source.ReadAll(alpha);
        return Snake.CanScale(alphas) ? Array.ConvertAll(alphas, static value => (float)(value * Snake.Scale)) : null;
    }

    /// <summary>A convolution's weight [out, in, kernel] as [out, in, 1, kernel].</summary>
    public Edge Convolution(HiftLayer layer)
    {
        Require(layer.Name, layer.Outputs, layer.Inputs, layer.Kernel);
        return graph.Weight(Weight.Computed($"{layer.Name}.weight", [layer.Outputs, layer.Inputs, 1, layer.Kernel], () => Fold(layer)));
    }

    /// <summary>A convolution's bias.</summary>
    public Edge Bias(HiftLayer layer) => graph.Constant(ScaledBias(layer), layer.Outputs);

    /// <summary>A convolution's weight as the kernels of its tiles.</summary>
    public Edge TileKernels(HiftLayer layer)
    {
        Require(layer.Name, layer.Outputs, layer.Inputs, layer.Kernel);
        return graph.Weight(Weight.Computed(
            $"{layer.Name}.weight", TiledConvolution.ShapeOf(layer), () => TiledConvolution.Kernels(layer, Fold(layer))));
    }

    /// <summary>A convolution's bias as that of its tiles.</summary>
    public Edge TileBias(HiftLayer layer)
    {
        float[] bias = TiledConvolution.Bias(layer, ScaledBias(layer));
        return graph.Constant(bias, bias.Length);
    }

    /// <summary>
    /// A transposed convolution's weight [in, out, kernel] as that of a convolution whose outputs are the phases of each channel:
    /// [out·rate, in, 1, taps], the last tap for the newest value.
    /// </summary>
    public Edge Phases(string layer, int inputs, int outputs, int kernel, int rate)
    {
        Require(layer, inputs, outputs, kernel);
        int taps = (kernel + rate - 1) / rate;
        return graph.Weight(Weight.Computed($"{layer}.weight", [outputs * rate, inputs, 1, taps], () =>
        {
            float[] weight = Fold(layer);
            var phases = new float[outputs * rate * inputs * taps];
            for (int input = 0; input < inputs; input++)
            {
                for (int output = 0; output < outputs; output++)
                {
                    for (int position = 0; position < kernel; position++)
                    {
                        int row = (output * rate) + (position % rate);
                        int tap = taps - 1 - (position / rate);
                        phases[(((row * inputs) + input) * taps) + tap] = weight[(((input * outputs) + output) * kernel) + position];
                    }
                }
            }

            return phases;
        }));
    }

    /// <summary>A bias, each value as often as its channel has phases.</summary>
    public Edge PhaseBias(string tensor, int outputs, int rate)
    {
        source.Require(tensor, outputs);
        float[] bias = source.ReadAll(tensor);
        return graph.Constant([.. bias.SelectMany(value => Enumerable.Repeat(value, rate))], outputs * rate);
    }

    private void Require(string layer, params ReadOnlySpan<long> shape)
    {
        string name = NameOf(layer);
        source.Require(name, shape);
        if (name.EndsWith("_v", StringComparison.Ordinal)) source.Require($"{layer}.weight_g", shape[0], 1, 1);
    }

    private string NameOf(string layer) => source.Tensors.ContainsKey($"{layer}.weight") ? $"{layer}.weight" : $"{layer}.weight_v";

    private float[] ScaledBias(HiftLayer layer)
    {
        source.Require($"{layer.Name}.bias", layer.Outputs);
        float[] bias = source.ReadAll($"{layer.Name}.bias");
        for (int i = 0; layer.OutputScale is not null && i < bias.Length; i++) bias[i] *= layer.OutputScale[i];
        return bias;
    }

    private float[] Fold(HiftLayer layer)
    {
        float[] weight = Fold(layer.Name);
        for (int output = 0; output < layer.Outputs; output++)
        {
            for (int input = 0; input < layer.Inputs; input++)
            {
                float scale = (layer.OutputScale?[output] ?? 1) / (layer.InputScale?[input] ?? 1);
                foreach (ref float value in weight.AsSpan(((output * layer.Inputs) + input) * layer.Kernel, layer.Kernel)) value *= scale;
            }
        }

        return weight;
    }

    private float[] Fold(string layer)
    {
        string name = NameOf(layer);
        float[] values = source.ReadAll(name);
        if (!name.EndsWith("_v", StringComparison.Ordinal)) return values;
        int rows = (int)source.Tensors[name].Shape[0];
        float[] gains = source.ReadAll($"{layer}.weight_g");
        int rowLength = values.Length / rows;
        for (int row = 0; row < rows; row++)
        {
            Span<float> direction = values.AsSpan(row * rowLength, rowLength);
            double squares = 0;
            foreach (float value in direction) squares += (double)value * value;
            float scale = (float)(gains[row] / Math.Sqrt(squares));
            foreach (ref float value in direction) value *= scale;
        }

        return values;
    }
}
