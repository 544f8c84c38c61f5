using VoiceGlm.Checkpoints.Onnx;
using VoiceGlm.Inference;

namespace VoiceGlm.Checkpoints.SpeechTokenizer;

/// <summary>
/// Writes the encoder as a graph that encodes one block of frames after the finished blocks of its segment: mel frames and past
/// keys and values in, speech tokens and the block's own keys and values out (reference: GLM-4-Voice modeling_whisper.py,
/// <c>WhisperVQEncoder.forward</c> up to <c>vector_quantize</c>).
/// </summary>
/// <remarks>
/// Everything is [frames, channels]: convolutions are matrix products over gathered frames, and a block is a slice of rows.
/// </remarks>
internal sealed class SpeechTokenizerGraph(SpeechTokenizerConfiguration configuration, TensorSource source)
{
    private const float NormEpsilon = 1e-5f;

    private readonly SpeechTokenizerManifest _numbers = configuration.Manifest;
    private readonly int _width = configuration.Width;

    /// <summary>Puts the graph together.</summary>
    /// <exception cref="ModelLoadException">A tensor is missing, or has another shape than the configuration asks for.</exception>
    public GraphBuilder Build(string name, Precision precision)
    {
        var graph = new GraphBuilder(name, precision);
        // Mel frames of the block, with those before and after it that the convolutions reach.
        Edge mel = graph.Input("mel", OnnxType.Float, "mel_frames", _numbers.MelBins);
        // 0 for frames before the segment: the second convolution sees zeros there, not what the first makes of silence.
        Edge frameMask = graph.Input("frame_mask", OnnxType.Float, "convolved_frames", 1);
        // Index in the segment of the block's first frame.
        Edge position = graph.Input("position", OnnxType.Int64, 1);
        // Frames of the block that hold sound: the others are no keys.
        Edge validFrames = _numbers.CausalAttention ? Edge.None : graph.Input("valid_frames", OnnxType.Int64, 1);
        // Frames that the blocks before have left over, fewer than a token pools.
        Edge carry = graph.Input("carry", OnnxType.Float, "carried_frames", _width);

        Edge frames = graph.Gelu(Convolution(graph, mel, "conv1", _numbers.MelBins, stride: 1));
        frames = graph.Gelu(Convolution(graph, graph.Multiply(frames, frameMask), "conv2", _width, SpeechTokenizerConfiguration.Stride));
        frames = graph.Add(frames, Positions(graph, position, frames));
        Edge bias = _numbers.CausalAttention ? CausalBias(graph, position, frames) : Edge.None;
        for (int layer = 0; layer < _numbers.Layers; layer++)
        {
            bool pooled = layer >= _numbers.LayersBeforePooling;
            if (layer == _numbers.LayersBeforePooling)
            {
                frames = Pool(graph, frames, carry);
                Edge pastTokens = graph.Divide(position, graph.Constant(_numbers.EncoderFramesPerToken));
                if (_numbers.CausalAttention) bias = CausalBias(graph, pastTokens, frames);
            }

            frames = Layer(graph, layer, pooled, frames, pooled ? Edge.None : validFrames, bias);
        }

        Edge tokens = _numbers.LayersBeforePooling == _numbers.Layers ? Pool(graph, frames, carry) : frames;
        graph.Output("hidden", tokens, OnnxType.Float, "tokens", _width);
        graph.Output("ids", Nearest(graph, tokens), OnnxType.Int64, "tokens");
        return graph;
    }

    private Edge Convolution(GraphBuilder graph, Edge input, string name, int channels, int stride)
    {
        const int Kernel = SpeechTokenizerConfiguration.KernelSize;
        var taps = new Edge[Kernel];
        for (int tap = 0; tap < Kernel; tap++)
        {
            long end = tap == Kernel - 1 ? long.MaxValue : tap - Kernel + 1;
            taps[tap] = graph.Op("Slice", [input, graph.Constant(tap), graph.Constant(end), graph.Constant(0), graph.Constant(stride)]);
        }

        string tensor = name + ".weight";
        source.Require(tensor, _width, channels, Kernel);
        // Stored [out, channel, tap]; the gathered frames are [tap, channel].
        var weight = Weight.Computed(tensor, [_width, Kernel * channels], () =>
        {
            float[] stored = source.ReadAll(tensor);
            var ordered = new float[stored.Length];
            for (int i = 0; i < stored.Length; i++)
            {
                int row = i / (channels * Kernel);
                int channel = i / Kernel % channels;
                ordered[(row * channels * Kernel) + (i % Kernel * channels) + channel] = stored[i];
            }

            return ordered;
        });
        return graph.Linear(graph.Concat(1, taps), weight, Tensor(graph, name + ".bias", _width));
    }

    private Edge Positions(GraphBuilder graph, Edge position, Edge frames)
    {
        Edge end = graph.Add(position, Rows(graph, frames));
        return graph.Op("Slice", [Tensor(graph, "embed_positions.weight", configuration.Positions, _width), position, end, graph.Constant(0)]);
    }

    // Query i of the block sees all past keys and the block's own up to i.
    private static Edge CausalBias(GraphBuilder graph, Edge past, Edge frames)
    {
        Edge step = graph.Scalar(1L);
        Edge pastRows = graph.Op("Squeeze", [past]);
        Edge keys = graph.Op("Squeeze", [graph.Add(past, Rows(graph, frames))]);
        Edge key = graph.Op("Range", [graph.Scalar(0L), keys, step]);
        Edge query = graph.Reshape(graph.Op("Range", [pastRows, keys, step]), -1, 1);
        Edge bias = graph.Op("Where", [graph.Op("LessOrEqual", [key, query]), graph.Scalar(0f), graph.Scalar(float.MinValue)]);
        return graph.Op("Unsqueeze", [bias, graph.Constant(0, 1)]);
    }

    private Edge Layer(GraphBuilder graph, int layer, bool pooled, Edge frames, Edge validFrames, Edge bias)
    {
        string name = $"layers.{layer}.";
        Edge normal = Norm(graph, frames, name + "self_attn_layer_norm");
        Edge keySource = validFrames == Edge.None ? normal : graph.Op("Slice", [normal, graph.Constant(0), validFrames, graph.Constant(0)]);
        Edge query = Linear(graph, normal, name + "self_attn.q_proj", _width, _width);
        Dimension[] shape = [pooled ? "tokens" : "frames", _width];
        Edge key = graph.OutputLinear($"key_{layer}", shape, keySource, Weight.From(source, name + "self_attn.k_proj.weight", _width, _width));
        Edge value = graph.OutputLinear(
            $"value_{layer}", shape, keySource, Weight.From(source, name + "self_attn.v_proj.weight", _width, _width), Tensor(graph, name + "self_attn.v_proj.bias", _width));

        Edge attended = graph.Op(
            "com.microsoft.MultiHeadAttention",
            [
                graph.Reshape(query, 1, -1, _width),
                graph.Reshape(graph.Concat(0, Past(graph, "key", layer, pooled), key), 1, -1, _width),
                graph.Reshape(graph.Concat(0, Past(graph, "value", layer, pooled), value), 1, -1, _width),
                Edge.None,
                Edge.None,
                bias,
            ],
            ("num_heads", _numbers.Heads));
        Edge projected = Linear(graph, graph.Reshape(attended, -1, _width), name + "self_attn.out_proj", _width, _width);
        frames = graph.Add(frames, projected);

        Edge expanded = Linear(graph, Norm(graph, frames, name + "final_layer_norm"), name + "fc1", configuration.FeedForwardWidth, _width);
        return graph.Add(frames, Linear(graph, graph.Gelu(expanded), name + "fc2", _width, configuration.FeedForwardWidth));
    }

    private Edge Past(GraphBuilder graph, string kind, int layer, bool pooled) =>
        graph.Input($"past_{kind}_{layer}", OnnxType.Float, pooled ? "past_tokens" : "past_frames", _width);

    private Edge Pool(GraphBuilder graph, Edge frames, Edge carry)
    {
        int pooling = _numbers.EncoderFramesPerToken;
        frames = graph.Concat(0, carry, frames);
        Edge whole = graph.Multiply(graph.Divide(Rows(graph, frames), graph.Constant(pooling)), graph.Constant(pooling));
        Edge rest = graph.Op("Slice", [frames, whole, graph.Constant(long.MaxValue), graph.Constant(0)]);
        graph.Output("rest", rest, OnnxType.Float, "rest_frames", _width);
        Edge groups = graph.Reshape(graph.Op("Slice", [frames, graph.Constant(0), whole, graph.Constant(0)]), -1, pooling, _width);
        return graph.Op(configuration.MaximumPooling ? "ReduceMax" : "ReduceMean", [groups, graph.Constant(1)], ("keepdims", 0));
    }

    // argmin over the codebook of (|c|² + |x|²) − 2 x·c, the first of equals, as the reference adds it up.
    private Edge Nearest(GraphBuilder graph, Edge tokens)
    {
        const string Name = "codebook.weight";
        int entries = _numbers.CodebookSize;
        // Exact: the squares beside it are those of its own entries.
        Edge codebook = graph.Weight(Weight.From(source, Name, entries, _width), Precision.Full);
        Edge entrySquares = graph.Weight(Weight.Computed(Name + ".squares", [entries], () =>
        {
            var squares = new float[entries];
            var entry = new float[_width];
            for (int i = 0; i < entries; i++)
            {
                source.Read(Name, (long)i * _width, entry);
                squares[i] = (float)entry.Sum(static value => (double)value * value);
            }

            return squares;
        }));
        Edge tokenSquares = graph.Op("ReduceSumSquare", [tokens, graph.Constant(1)]);
        Edge distances = graph.Op("Gemm", [tokens, codebook, graph.Add(tokenSquares, entrySquares)], ("transB", 1), ("alpha", -2f));
        return graph.Op("ArgMin", [distances], ("axis", 1), ("keepdims", 0));
    }

    private static Edge Rows(GraphBuilder graph, Edge value) => graph.Op("Shape", [value], ("start", 0), ("end", 1));

    private Edge Norm(GraphBuilder graph, Edge input, string name) =>
        graph.LayerNorm(input, Tensor(graph, name + ".weight", _width), Tensor(graph, name + ".bias", _width), NormEpsilon);

    private Edge Linear(GraphBuilder graph, Edge input, string name, int outputs, int inputs) =>
        graph.Linear(input, Weight.From(source, name + ".weight", outputs, inputs), Tensor(graph, name + ".bias", outputs));

    private Edge Tensor(GraphBuilder graph, string name, params ReadOnlySpan<long> shape) =>
        graph.Weight(Weight.From(source, name, shape));
}
