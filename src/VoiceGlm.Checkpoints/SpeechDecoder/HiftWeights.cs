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

    /// <summary>A bias or another vector as it is.</summary>
    public Edge Vector(string tensor, int length) => graph.Weight(Weight.From(source, tensor, length));

    /// <summary>A vector put through a function, under another shape of equal volume.</summary>
    public Edge Vector(string tensor, int length, Func<float, float> map, params ReadOnlySpan<long> shape)
    {
        source.Require(tensor, length);
        float[] values = Array.ConvertAll(source.ReadAll(tensor), value => map(value));
        return graph.Constant(values, shape);
    }

    /// <summary>A convolution's weight [out, in, kernel] as [out, in, 1, kernel].</summary>
    public Edge Convolution(string layer, int outputs, int inputs, int kernel)
    {
        Require(layer, outputs, inputs, kernel);
        return graph.Weight(Weight.Computed($"{layer}.weight", [outputs, inputs, 1, kernel], () => Fold(layer)));
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
