using VoiceGlm.Checkpoints.Onnx;

namespace VoiceGlm.Checkpoints.SpeechDecoder;

/// <summary>
/// The graph that turns speech tokens into the mean of the spectrogram: embedding, block-causal transformer with relative
/// positions, projection to mel bins, stretching to frames, smoothing convolutions.
/// </summary>
/// <remarks>
/// CosyVoice transformer/encoder.py, attention.py (BlockRelPositionMultiHeadedAttention), flow/length_regulator.py.
/// Inputs: <c>tokens</c> [tokens]; <c>token_of_frame</c> [frames], the index in tokens that each frame is taken from;
/// <c>speaker_embedding</c> [1, size]. Outputs: <c>hidden</c> [tokens, size]; <c>mean</c> [frames, bins]; <c>speaker</c> [1, speaker size].
/// </remarks>
internal sealed class FlowEncoderGraph
{
    public const string Name = "speech-decoder-flow-encoder";

    private readonly GraphBuilder _graph;
    private readonly FlowLayers _layers;
    private readonly FlowConfiguration _flow;
    private readonly FlowEncoderConfiguration _encoder;
    private readonly int _headSize;

    private FlowEncoderGraph(FlowConfiguration flow, TensorSource source, Precision precision)
    {
        _graph = new GraphBuilder(Name, precision);
        _flow = flow;
        _encoder = flow.Encoder;
        _headSize = flow.Encoder.Size / flow.Encoder.Heads;
        _layers = new FlowLayers(_graph, source);
    }

    /// <summary>Puts the graph together.</summary>
    /// <exception cref="ModelLoadException">The checkpoint lacks a tensor, or one has another shape.</exception>
    public static GraphBuilder Build(FlowConfiguration flow, TensorSource source, Precision precision) => new FlowEncoderGraph(flow, source, precision).Build();

    private GraphBuilder Build()
    {
        Edge tokens = _graph.Input("tokens", OnnxType.Int64, "tokens");
        Edge tokenOfFrame = _graph.Input("token_of_frame", OnnxType.Int64, "frames");
        Edge embedding = _graph.Input("speaker_embedding", OnnxType.Float, 1, _flow.SpeakerEmbeddingSize);

        Edge hidden = Encode(tokens);
        _graph.Output("hidden", hidden, OnnxType.Float, "tokens", _encoder.Size);

        Edge mel = _layers.Linear(hidden, "encoder_proj", _encoder.Size, _flow.MelBins);
        Edge frames = _graph.Op("Gather", [mel, tokenOfFrame], ("axis", 0));
        _graph.Output("mean", Regulate(frames), OnnxType.Float, "frames", _flow.MelBins);

        Edge norm = _graph.Op("ReduceL2", [embedding, _graph.Constant(1L)], ("keepdims", 1));
        Edge unit = _graph.Divide(embedding, _graph.Op("Max", [norm, _graph.Scalar(1e-12f)]));
        Edge speaker = _layers.Linear(unit, "spk_embed_affine_layer", _flow.SpeakerEmbeddingSize, _flow.SpeakerSize);
        _graph.Output("speaker", speaker, OnnxType.Float, 1, _flow.SpeakerSize);
        return _graph;
    }

    private Edge Encode(Edge tokens)
    {
        int size = _encoder.Size;
        Edge table = _layers.Tensor("input_embedding.weight", _flow.VocabularySize, _flow.InputSize);
        Edge hidden = _graph.Op("Gather", [table, tokens], ("axis", 0));
        hidden = _layers.Linear(hidden, "encoder.embed.out.0", _flow.InputSize, size);
        hidden = _layers.LayerNorm(hidden, "encoder.embed.out.1", size);
        hidden = _graph.Multiply(hidden, _graph.Scalar((float)Math.Sqrt(size)));

        Edge count = _graph.Op("Squeeze", [_graph.Op("Shape", [tokens])]);
        Edge positions = Positions(count);
        Edge masked = Masked(count);
        for (int block = 0; block < _encoder.Blocks; block++)
        {
            string name = $"encoder.encoders.{block}";
            Edge attended = Attend(_layers.LayerNorm(hidden, $"{name}.norm_mha", size), positions, masked, $"{name}.self_attn");
            hidden = _graph.Add(hidden, attended);
            Edge wide = _layers.Linear(
                _layers.LayerNorm(hidden, $"{name}.norm_ff", size), $"{name}.feed_forward.w_1", size, _encoder.FeedForwardSize);
            wide = _graph.Multiply(wide, _graph.Op("Sigmoid", [wide]));
            hidden = _graph.Add(hidden, _layers.Linear(wide, $"{name}.feed_forward.w_2", _encoder.FeedForwardSize, size));
        }

        return _layers.LayerNorm(hidden, "encoder.after_norm", size);
    }

    // Sines and cosines of the relative positions tokens − 1 … −(tokens − 1): [2 · tokens − 1, size].
    private Edge Positions(Edge count)
    {
        int half = _encoder.Size / 2;
        var frequencies = new float[half];
        for (int i = 0; i < half; i++) frequencies[i] = MathF.Exp(2 * i * -(float)(Math.Log(10000.0) / _encoder.Size));

        Edge one = _graph.Scalar(1L);
        Edge position = _graph.Op("Range", [_graph.Subtract(count, one), _graph.Op("Neg", [count]), _graph.Scalar(-1L)]);
        Edge column = _graph.Reshape(_graph.Op("Cast", [position], ("to", (int)OnnxType.Float)), -1, 1);
        Edge angles = _graph.Multiply(column, _graph.Constant(frequencies, 1, half));
        Edge pairs = _graph.Concat(
            2, _graph.Reshape(_graph.Op("Sin", [angles]), -1, half, 1), _graph.Reshape(_graph.Op("Cos", [angles]), -1, half, 1));
        return _graph.Reshape(pairs, -1, _encoder.Size);
    }

    // Minus infinity, nearly, where a token must not look: at and after the end of its own block. [tokens, tokens].
    private Edge Masked(Edge count)
    {
        Edge index = _graph.Op("Range", [_graph.Scalar(0L), count, _graph.Scalar(1L)]);
        Edge block = _graph.Op("Div", [index, _graph.Scalar((long)_encoder.BlockTokens)]);
        Edge later = _graph.Op("Greater", [_graph.Reshape(block, 1, -1), _graph.Reshape(block, -1, 1)]);
        return _graph.Op("Where", [later, _graph.Scalar(-1e30f), _graph.Scalar(0f)]);
    }

    private Edge Attend(Edge hidden, Edge positions, Edge masked, string name)
    {
        int size = _encoder.Size;
        Edge query = Heads(_layers.Linear(hidden, $"{name}.linear_q", size, size));
        Edge key = Heads(_layers.Linear(hidden, $"{name}.linear_k", size, size));
        Edge value = Heads(_layers.Linear(hidden, $"{name}.linear_v", size, size));
        Edge position = Heads(_layers.Linear(positions, $"{name}.linear_pos", size, size, bias: false));

        Edge content = _graph.MatMul(Biased(query, $"{name}.pos_bias_u"), _graph.Transpose(key, 0, 2, 1));
        Edge relative = ShiftRows(_graph.MatMul(Biased(query, $"{name}.pos_bias_v"), _graph.Transpose(position, 0, 2, 1)));
        Edge scores = _graph.Multiply(_graph.Add(content, relative), _graph.Scalar((float)(1 / Math.Sqrt(_headSize))));
        Edge weights = _graph.Softmax(_graph.Add(scores, masked));
        Edge rows = _graph.Reshape(_graph.Transpose(_graph.MatMul(weights, value), 1, 0, 2), -1, size);
        return _layers.Linear(rows, $"{name}.linear_out", size, size);
    }

    // [rows, size] → [heads, rows, head size].
    private Edge Heads(Edge rows) => _graph.Transpose(_graph.Reshape(rows, -1, _encoder.Heads, _headSize), 1, 0, 2);

    private Edge Biased(Edge query, string name) =>
        _graph.Add(query, _graph.Reshape(_layers.Tensor(name, _encoder.Heads, _headSize), _encoder.Heads, 1, _headSize));

    // Row i of [heads, tokens, 2 · tokens − 1] begins at relative position i: element (i, j) becomes (i, tokens − 1 − i + j).
    private Edge ShiftRows(Edge scores)
    {
        Edge shape = _graph.Op("Shape", [scores]);
        Edge tokens = _graph.Slice(shape, 0, 1, 2);
        Edge padded = _graph.Op("Pad", [scores, _graph.Constant(0, 0, 1, 0, 0, 0)]);
        Edge turned = _graph.Op("Reshape", [padded, _graph.Concat(0, _graph.Constant((long)_encoder.Heads), _graph.Constant(-1L), tokens)]);
        Edge shifted = _graph.Op("Reshape", [_graph.Slice(turned, 1, 1, long.MaxValue), shape]);
        return _graph.Op("Slice", [shifted, _graph.Constant(0L), tokens, _graph.Constant(2L)]);
    }

    private Edge Regulate(Edge frames)
    {
        int bins = _flow.MelBins;
        Edge rows = frames;
        for (int layer = 0; layer < _flow.RegulatorLayers; layer++)
        {
            string name = "length_regulator.model";
            rows = _layers.Convolution(_graph.Reshape(rows, 1, -1, bins), $"{name}.{3 * layer}", bins, bins);
            rows = _layers.GroupNormMish(_graph.Reshape(rows, 1, -1, bins), $"{name}.{(3 * layer) + 1}", bins, groups: 1);
        }

        return _layers.PointwiseConvolution(
            _graph.Reshape(rows, -1, bins), $"length_regulator.model.{3 * _flow.RegulatorLayers}", bins, bins);
    }
}
