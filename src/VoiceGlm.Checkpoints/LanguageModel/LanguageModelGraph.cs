using VoiceGlm.Checkpoints.Onnx;

namespace VoiceGlm.Checkpoints;

/// <summary>
/// Writes the language model as a graph that continues a batch of conversations of different lengths, keys and values in
/// buffers that the caller keeps (reference: glm-4-voice-9b <c>modeling_chatglm.py</c>).
/// </summary>
internal sealed class LanguageModelGraph
{
    public const string Name = "language-model";

    private readonly LanguageModelConfig _config;
    private readonly TensorSource _weights;
    private readonly QuantizationOptions _options;
    private readonly LayerRange _range;
    private readonly GraphBuilder _graph;

    private LanguageModelGraph(LanguageModelConfig config, TensorSource weights, QuantizationOptions options, LayerRange range, string name)
    {
        _config = config;
        _weights = weights;
        _options = options;
        _range = range;
        _graph = new GraphBuilder(name, options.Precision, options.BlockSize, options.ComputesInHalf ? OnnxType.Float16 : OnnxType.Float);
    }

    /// <summary>Puts the graph together. Weights are read when it is written.</summary>
    /// <exception cref="ModelLoadException">A tensor is missing, or has another shape.</exception>
    public static GraphBuilder Build(LanguageModelConfig config, TensorSource weights, QuantizationOptions options) =>
        Build(config, weights, options, LayerRange.All(config.Layers, config.VocabularySize), Name);

    /// <summary>
    /// Puts a part of the graph together, which takes from the part before, and gives the part after, what flows from layer to layer:
    /// <c>residual</c> [rows, hidden] in, <c>next_residual</c> out.
    /// </summary>
    /// <exception cref="ModelLoadException">A tensor is missing, or has another shape.</exception>
    public static GraphBuilder Build(LanguageModelConfig config, TensorSource weights, QuantizationOptions options, LayerRange range, string name) =>
        new LanguageModelGraph(config, weights, options, range, name).Build();

    private GraphBuilder Build()
    {
        Edge residual = _range.First == 0 ? Embed() : _graph.Input("residual", _graph.Computed, "rows", _config.HiddenSize);
        if (_range.First < _range.End) residual = ThinkThrough(residual);
        if (_range.WithHead) ChooseFrom(residual);
        else _graph.Output("next_residual", residual, _graph.Computed, "rows", _config.HiddenSize);
        return _graph;
    }

    private Weight Embedding => Weight.From(_weights, "transformer.embedding.word_embeddings.weight", _config.VocabularySize, _config.HiddenSize);

    private Edge Embed() => _graph.Reshape(_graph.Lookup(Embedding, _graph.Input("token_ids", OnnxType.Int64, "batch", "new")), -1, _config.HiddenSize);

    private Edge ThinkThrough(Edge residual)
    {
        Edge positions = _graph.Input("positions", OnnxType.Int64, "batch", "new");
        Edge lastPositions = _graph.Input("last_positions", OnnxType.Int32, "batch");
        Edge longest = _graph.Input("longest", OnnxType.Int32, 1);
        int pairs = _config.HeadSize / 4;
        Edge cosines = _graph.Weight(Table("rotary_cosines", pairs, Math.Cos), Precision.Full);
        Edge sines = _graph.Weight(Table("rotary_sines", pairs, Math.Sin), Precision.Full);
        Edge batchAndNew = _graph.Op("Shape", [positions]);
        Edge normal = RootMeanSquareNorm(residual, NormWeight(LayerName(_range.First) + ".input_layernorm"));
        for (int layer = _range.First; layer < _range.End; layer++)
        {
            string name = LayerName(layer);
            Edge attended = Attend(layer, normal, batchAndNew, positions, lastPositions, longest, cosines, sines);
            (normal, residual) = AddAndNorm(residual, attended, NormWeight(name + ".post_attention_layernorm"));
            Edge fed = FeedForward(name + ".mlp", normal);
            if (layer + 1 < _range.End) (normal, residual) = AddAndNorm(residual, fed, NormWeight(LayerName(layer + 1) + ".input_layernorm"));
            else residual = _graph.Add(residual, fed);
        }

        return residual;
    }

    private void ChooseFrom(Edge residual)
    {
        Edge logitRows = _graph.Input("logit_rows", OnnxType.Int64, "logits");
        Edge wanted = _graph.Op("Gather", [residual, logitRows]);
        if (_config.FinalNorm) wanted = RootMeanSquareNorm(wanted, NormWeight("transformer.encoder.final_layernorm"));
        Weight head = _config.TiedEmbeddings ? Embedding : Weight.From(_weights, "transformer.output_layer.weight", _config.VocabularySize, _config.HiddenSize);
        if (_range.Tokens < _config.VocabularySize) head = RowWeight.Range(head, $"{head.Name}.{_range.FirstToken}", _range.FirstToken, _range.Tokens);
        Edge logits = _graph.Linear(wanted, head, kept: _options.HeadPrecision);
        _graph.Output("logits", _graph.Computed == OnnxType.Float ? logits : _graph.Cast(logits, OnnxType.Float), OnnxType.Float, "logits", _range.Tokens);
    }

    private Edge Linear(Edge input, Weight weight, Weight? bias) => _graph.Linear(input, weight, bias is null ? null : _graph.Weight(bias));

    private Edge Attend(
        int layer, Edge input, Edge batchAndNew, Edge positions, Edge lastPositions, Edge longest, Edge cosines, Edge sines)
    {
        string name = LayerName(layer) + ".self_attention";
        int queryWidth = _config.Heads * _config.HeadSize;
        int groupWidth = _config.Groups * _config.HeadSize;
        Edge[] parts = _graph.Ops("Split", 3, [QueryKeyValue(name + ".query_key_value", input), _graph.Constant(queryWidth, groupWidth, groupWidth)], ("axis", 1));
        Edge query = Widen(Rotate(Unflatten(parts[0], batchAndNew, queryWidth), _config.Heads), _config.Heads);
        Edge key = Widen(Rotate(Unflatten(parts[1], batchAndNew, groupWidth), _config.Groups), _config.Groups);
        Edge value = Widen(Unflatten(parts[2], batchAndNew, groupWidth), _config.Groups);

        Dimension[] cacheShape = ["batch", _config.Groups, "capacity", _config.CachedHeadSize];
        Edge pastKeys = _graph.Input($"keys_{layer}", _graph.Computed, cacheShape);
        Edge pastValues = _graph.Input($"values_{layer}", _graph.Computed, cacheShape);
        Edge[] outputs = _graph.Ops(
            "com.microsoft.GroupQueryAttention",
            3,
            [query, key, value, pastKeys, pastValues, lastPositions, longest],
            ("num_heads", _config.Heads),
            ("kv_num_heads", _config.Groups),
            ("scale", 1f / MathF.Sqrt(_config.HeadSize)));
        _graph.Output($"next_keys_{layer}", outputs[1], _graph.Computed, cacheShape);
        _graph.Output($"next_values_{layer}", outputs[2], _graph.Computed, cacheShape);
        return Linear(name + ".dense", Narrow(outputs[0], _config.Heads), _config.HiddenSize, queryWidth, _config.BiasInLinear);

        Edge Rotate(Edge heads, int count) => _graph.Op(
            "com.microsoft.RotaryEmbedding",
            [heads, positions, cosines, sines],
            ("interleaved", 1),
            ("num_heads", count),
            ("rotary_embedding_dim", _config.HeadSize / 2));
    }

    // Zeros after each head, where the operator wants a wider one: they add nothing to a product.
    private Edge Widen(Edge heads, int count)
    {
        int missing = _config.CachedHeadSize - _config.HeadSize;
        if (missing == 0) return heads;
        Edge padded = _graph.Op("Pad", [_graph.Reshape(heads, 0, 0, count, _config.HeadSize), _graph.Constant(0, 0, 0, 0, 0, 0, 0, missing)]);
        return _graph.Reshape(padded, 0, 0, (long)count * _config.CachedHeadSize);
    }

    private Edge Narrow(Edge heads, int count) => _config.CachedHeadSize == _config.HeadSize
        ? _graph.Reshape(heads, -1, (long)count * _config.HeadSize)
        : _graph.Reshape(_graph.Slice(_graph.Reshape(heads, -1, count, _config.CachedHeadSize), 2, 0, _config.HeadSize), -1, (long)count * _config.HeadSize);

    private Edge QueryKeyValue(string name, Edge input)
    {
        long rows = (_config.Heads + (2L * _config.Groups)) * _config.HeadSize;
        Weight weight = Weight.From(_weights, name + ".weight", rows, _config.HiddenSize);
        Weight? bias = _config.BiasInQueryKeyValue ? Weight.From(_weights, name + ".bias", rows) : null;
        if (!_config.Grouped)
        {
            weight = RowWeight.Select(weight, InOrder);
            bias = bias is null ? null : RowWeight.Select(bias, InOrder);
        }

        return Linear(input, weight, bias);

        // Without groups the checkpoint keeps query, key and value of a head together: [head, 3, head size].
        long InOrder(long row)
        {
            long part = row / (_config.Heads * _config.HeadSize);
            long head = row / _config.HeadSize % _config.Heads;
            return (((head * 3) + part) * _config.HeadSize) + (row % _config.HeadSize);
        }
    }

    // The first half of the rows is the gate (SwiGLU, arXiv 2002.05202).
    private Edge FeedForward(string name, Edge input)
    {
        long width = _config.FeedForwardSize;
        Weight weight = Weight.From(_weights, name + ".dense_h_to_4h.weight", 2 * width, _config.HiddenSize);
        Weight? bias = _config.BiasInLinear ? Weight.From(_weights, name + ".dense_h_to_4h.bias", 2 * width) : null;
        Edge gate = Half("gate", 0);
        Edge up = Half("up", width);
        Edge active = _graph.Multiply(gate, _graph.Op("Sigmoid", [gate]));
        return Linear(name + ".dense_4h_to_h", _graph.Multiply(active, up), _config.HiddenSize, width, _config.BiasInLinear);

        Edge Half(string half, long firstRow) => Linear(
            input,
            RowWeight.Range(weight, $"{name}.{half}.weight", firstRow, width),
            bias is null ? null : RowWeight.Range(bias, $"{name}.{half}.bias", firstRow, width));
    }

    private Edge Linear(string name, Edge input, long outputWidth, long inputWidth, bool bias) => Linear(
        input,
        Weight.From(_weights, name + ".weight", outputWidth, inputWidth),
        bias ? Weight.From(_weights, name + ".bias", outputWidth) : null);

    private Edge RootMeanSquareNorm(Edge input, Edge scale) =>
        _graph.Op("SimplifiedLayerNormalization", [input, scale], ("axis", -1), ("epsilon", _config.Epsilon), ("stash_type", 1));

    private (Edge Normal, Edge Sum) AddAndNorm(Edge residual, Edge added, Edge scale)
    {
        // Outputs: the normalised sum, two that only training asks for, and the sum.
        Edge[] outputs = _graph.Ops(
            "com.microsoft.SkipSimplifiedLayerNormalization", 4, [residual, added, scale], ("epsilon", _config.Epsilon));
        return (outputs[0], outputs[3]);
    }

    private Edge Unflatten(Edge rows, Edge batchAndNew, long width) =>
        _graph.Op("Reshape", [rows, _graph.Concat(0, batchAndNew, _graph.Constant(width))]);

    private Edge NormWeight(string name) => Load(name + ".weight", _config.HiddenSize);

    private Edge Load(string name, params ReadOnlySpan<long> shape) => _graph.Weight(Weight.From(_weights, name, shape));

    private Weight Table(string name, int pairs, Func<double, double> function) => Weight.Computed(
        name, [_config.ContextLength, pairs], () => RotaryTable.Compute(_config.ContextLength, 2 * pairs, _config.RopeBase, function));

    private static string LayerName(int layer) => $"transformer.encoder.layers.{layer}";
}
