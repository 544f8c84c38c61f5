namespace VoiceGlm.Checkpoints.Onnx;

// The operators that networks are made of, by their everyday names.
internal sealed partial class GraphBuilder
{
    /// <summary>Sum, element by element, with broadcasting.</summary>
    public Edge Add(Edge left, Edge right) => Op("Add", [left, right]);

    /// <summary>Difference.</summary>
    public Edge Subtract(Edge left, Edge right) => Op("Sub", [left, right]);

    /// <summary>Product.</summary>
    public Edge Multiply(Edge left, Edge right) => Op("Mul", [left, right]);

    /// <summary>Quotient.</summary>
    public Edge Divide(Edge left, Edge right) => Op("Div", [left, right]);

    /// <summary>Matrix product, batched over leading dimensions.</summary>
    public Edge MatMul(Edge left, Edge right) => Op("MatMul", [left, right]);

    /// <summary>A linear layer over rows: <paramref name="input"/> [rows, in] × <paramref name="weight"/> [out, in] transposed, plus <paramref name="bias"/> [out].</summary>
    /// <remarks>The weight stays as checkpoints store it, so that it streams from file to file.</remarks>
    /// <param name="input">The rows.</param>
    /// <param name="weight">The matrix.</param>
    /// <param name="bias">What is added.</param>
    /// <param name="kept">How the matrix is kept, where it is not as the graph's are.</param>
    public Edge Linear(Edge input, Weight weight, Edge? bias = null, Precision? kept = null)
    {
        (string type, Edge[] inputs, (string, object)[] attributes) = LinearLayer(input, weight, bias, kept ?? precision);
        return Op(type, inputs, attributes);
    }

    /// <summary>A linear layer over rows whose result is an output, too.</summary>
    public Edge OutputLinear(string output, ReadOnlySpan<Dimension> shape, Edge input, Weight weight, Edge? bias = null)
    {
        (string type, Edge[] inputs, (string, object)[] attributes) = LinearLayer(input, weight, bias, precision);
        return OutputOp(output, computed, shape, type, inputs, attributes);
    }

    private (string Type, Edge[] Inputs, (string Name, object Value)[] Attributes) LinearLayer(Edge input, Weight weight, Edge? bias, Precision kept)
    {
        if (QuantizationOptions.BitsOf(kept) is not { } bits)
        {
            Edge matrix = Weight(weight, kept);
            return ("Gemm", bias is { } present ? [input, matrix, present] : [input, matrix], [("transB", 1)]);
        }

        // The input is rounded to 8 bits, too, as it comes (accuracy level 4).
        var quantized = new QuantizedMatrix(weight, new BlockQuantizer(bits, blockSize), computed);
        return (
            "com.microsoft.MatMulNBits",
            [input, Weight(quantized.Codes), Weight(quantized.Scales), Edge.None, Edge.None, bias ?? Edge.None],
            [("K", quantized.InputWidth), ("N", quantized.OutputWidth), ("bits", bits), ("block_size", blockSize), ("accuracy_level", 4)]);
    }

    /// <summary>Another element type.</summary>
    public Edge Cast(Edge input, OnnxType type) => Op("Cast", [input], ("to", (int)type));

    /// <summary>The same elements under another shape; 0 keeps a length, −1 takes what is left.</summary>
    public Edge Reshape(Edge input, params ReadOnlySpan<long> shape) => Op("Reshape", [input, Constant(shape)]);

    /// <summary>Permutes the dimensions.</summary>
    public Edge Transpose(Edge input, params ReadOnlySpan<long> order) => Op("Transpose", [input], ("perm", order.ToArray()));

    /// <summary>Joins along a dimension.</summary>
    public Edge Concat(int axis, params ReadOnlySpan<Edge> inputs) => Op("Concat", inputs, ("axis", axis));

    /// <summary>Elements [start, end) of a dimension; negative bounds count from the end.</summary>
    public Edge Slice(Edge input, long axis, long start, long end) =>
        Op("Slice", [input, Constant(start), Constant(end), Constant(axis)]);

    /// <summary>Softmax over a dimension.</summary>
    public Edge Softmax(Edge input, int axis = -1) => Op("Softmax", [input], ("axis", axis));

    /// <summary>Layer normalisation over the last dimension.</summary>
    public Edge LayerNorm(Edge input, Edge scale, Edge bias, float epsilon) =>
        Op("LayerNormalization", [input, scale, bias], ("axis", -1), ("epsilon", epsilon));

    /// <summary>GELU, by the exact error function.</summary>
    public Edge Gelu(Edge input) => Op("Gelu", [input], ("approximate", "none"));
}
