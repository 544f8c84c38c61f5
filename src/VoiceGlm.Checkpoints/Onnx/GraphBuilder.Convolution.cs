namespace VoiceGlm.Checkpoints.Onnx;

// Convolutions over time. Signals are [1, channels, 1, time]: ONNX Runtime has its fast kernels for images.
internal sealed partial class GraphBuilder
{
    /// <summary>A convolution that keeps the length: zeros stand for what is missing at either end.</summary>
    /// <param name="input">[1, in, 1, time].</param>
    /// <param name="weight">[out, in, 1, kernel].</param>
    /// <param name="bias">[out].</param>
    /// <param name="kernel">Length of the kernel, odd.</param>
    /// <param name="dilation">Distance of the values that one sum takes.</param>
    public Edge Convolve(Edge input, Edge weight, Edge bias, int kernel, int dilation = 1) =>
        Op(
            "Conv",
            [input, weight, bias],
            ("kernel_shape", new long[] { 1, kernel }),
            ("dilations", new long[] { 1, dilation }),
            ("pads", new long[] { 0, (kernel - 1) / 2 * dilation, 0, kernel / 2 * dilation }));
}
