using VoiceGlm.Checkpoints.Onnx;

namespace VoiceGlm.Checkpoints.SpeechDecoder;

/// <summary>
/// The graph of one Euler step: the estimator's U-net over both guidance branches as a batch of two, the mix of the two, and
/// the step along the mixed velocity.
/// </summary>
/// <remarks>
/// CosyVoice flow/decoder.py and flow/flow_matching.py, Matcha-TTS components/decoder.py and transformer.py, diffusers
/// attention_processor.py. Inputs: <c>spectrogram</c>, <c>mean</c> and <c>prompt</c> [frames, bins]; <c>speaker</c> [1, speaker size];
/// <c>time</c> [1, time size], a row of <see cref="FlowTimesGraph"/>; <c>step</c> and <c>guidance</c> [1].
/// Output: <c>next</c> [frames, bins] = spectrogram + step · ((1 + guidance) · v(conditioned) − guidance · v(unconditioned)).
/// </remarks>
internal sealed class FlowEstimatorGraph
{
    public const string Name = "speech-decoder-flow-estimator";
    private const string Root = "decoder.estimator";

    private readonly GraphBuilder _graph;
    private readonly FlowLayers _layers;
    private readonly FlowConfiguration _flow;
    private readonly FlowEstimatorConfiguration _estimator;
    private readonly IReadOnlyList<FlowResidualBlock> _blocks;
    private readonly Edge _time;
    private int _next;

    private FlowEstimatorGraph(FlowConfiguration flow, TensorSource source, Precision precision)
    {
        _graph = new GraphBuilder(Name, precision);
        _flow = flow;
        _estimator = flow.Estimator;
        _layers = new FlowLayers(_graph, source);
        _blocks = FlowResidualBlock.Of(flow.Estimator);
        _time = _graph.Input("time", OnnxType.Float, 1, _blocks.Sum(static block => block.Outputs));
    }

    /// <summary>Puts the graph together.</summary>
    /// <exception cref="ModelLoadException">The checkpoint lacks a tensor, or one has another shape.</exception>
    public static GraphBuilder Build(FlowConfiguration flow, TensorSource source, Precision precision) => new FlowEstimatorGraph(flow, source, precision).Build();

    private GraphBuilder Build()
    {
        int bins = _flow.MelBins;
        Edge spectrogram = _graph.Input("spectrogram", OnnxType.Float, "frames", bins);
        Edge mean = _graph.Input("mean", OnnxType.Float, "frames", bins);
        Edge prompt = _graph.Input("prompt", OnnxType.Float, "frames", bins);
        Edge speaker = _graph.Input("speaker", OnnxType.Float, 1, _flow.SpeakerSize);
        Edge step = _graph.Input("step", OnnxType.Float, 1);
        Edge guidance = _graph.Input("guidance", OnnxType.Float, 1);

        Edge velocity = Estimate(BothBranches(spectrogram, mean, speaker, prompt));
        Edge conditioned = _graph.Reshape(_graph.Slice(velocity, 0, 0, 1), -1, bins);
        Edge unconditioned = _graph.Reshape(_graph.Slice(velocity, 0, 1, 2), -1, bins);
        Edge mixed = _graph.Subtract(
            _graph.Multiply(conditioned, _graph.Add(guidance, _graph.Scalar(1f))), _graph.Multiply(unconditioned, guidance));
        _graph.Output("next", _graph.Add(spectrogram, _graph.Multiply(mixed, step)), OnnxType.Float, "frames", bins);
        return _graph;
    }

    // The conditioned branch first, then the one that sees nothing but the spectrogram: [2, frames, input size].
    private Edge BothBranches(Edge spectrogram, Edge mean, Edge speaker, Edge prompt)
    {
        Edge frames = _graph.Slice(_graph.Op("Shape", [spectrogram]), 0, 0, 1);
        Edge speakers = _graph.Op("Expand", [speaker, _graph.Concat(0, frames, _graph.Constant((long)_flow.SpeakerSize))]);
        Edge conditioned = _graph.Concat(1, spectrogram, mean, speakers, prompt);
        Edge unconditioned = _graph.Op("Pad", [spectrogram, _graph.Constant(0, 0, 0, _estimator.InputSize - _flow.MelBins)]);
        return _graph.Reshape(_graph.Concat(0, conditioned, unconditioned), 2, -1, _estimator.InputSize);
    }

    private Edge Estimate(Edge sequence)
    {
        int[] channels = _estimator.Channels;
        var skips = new Stack<Edge>();
        for (int level = 0; level < channels.Length; level++)
        {
            string name = $"{Root}.down_blocks.{level}";
            int width = channels[level];
            sequence = ResidualWithTransformers(sequence);
            skips.Push(sequence);
            sequence = level < channels.Length - 1
                ? Sequence(_layers.Convolution(sequence, $"{name}.2.conv", width, width, stride: 2), width)
                : Sequence(_layers.Convolution(sequence, $"{name}.2", width, width), width);
        }

        for (int middle = 0; middle < _estimator.MiddleBlocks; middle++) sequence = ResidualWithTransformers(sequence);

        for (int level = 0; level < channels.Length; level++)
        {
            string name = $"{Root}.up_blocks.{level}";
            Edge skip = skips.Pop();
            int width = _blocks[_next].Outputs;
            // Halving rounds up, so what comes back may be one frame longer than what went down.
            Edge cropped = level == 0 ? sequence : _graph.Op("Slice",
                [sequence, _graph.Constant(0L), _graph.Slice(_graph.Op("Shape", [skip]), 0, 1, 2), _graph.Constant(1L)]);
            sequence = ResidualWithTransformers(_graph.Concat(2, cropped, skip));
            sequence = level < channels.Length - 1
                ? Sequence(_layers.Upsampling(sequence, $"{name}.2.conv", width), width)
                : Sequence(_layers.Convolution(sequence, $"{name}.2", width, width), width);
        }

        int last = channels[0];
        sequence = ConvolutionNormMish(sequence, $"{Root}.final_block", last, last);
        return Sequence(_layers.PointwiseConvolution(Rows(sequence, last), $"{Root}.final_proj", last, _flow.MelBins), _flow.MelBins);
    }

    private Edge ResidualWithTransformers(Edge sequence)
    {
        FlowResidualBlock block = _blocks[_next];
        string name = $"{Root}.{block.Name}.0";
        int start = _blocks.Take(_next++).Sum(static earlier => earlier.Outputs);
        int width = block.Outputs;

        Edge time = _graph.Reshape(_graph.Slice(_time, 1, start, start + width), 1, 1, width);
        Edge inner = _graph.Add(ConvolutionNormMish(sequence, $"{name}.block1", block.Inputs, width), time);
        inner = ConvolutionNormMish(inner, $"{name}.block2", width, width);
        Edge rows = _layers.PointwiseConvolution(Rows(sequence, block.Inputs), $"{name}.res_conv", block.Inputs, width);
        return Transform(_graph.Add(Rows(inner, width), rows), $"{Root}.{block.Name}.1", width);
    }

    private Edge ConvolutionNormMish(Edge sequence, string name, int inputs, int outputs)
    {
        Edge rows = _layers.Convolution(sequence, $"{name}.block.0", inputs, outputs);
        return _layers.GroupNormMish(Sequence(rows, outputs), $"{name}.block.1", outputs, FlowEstimatorConfiguration.Groups);
    }

    private Edge Transform(Edge rows, string name, int width)
    {
        for (int i = 0; i < _estimator.Transformers; i++)
        {
            string block = $"{name}.{i}";
            rows = _graph.Add(rows, Attend(rows, block, width));
            (Weight weight, Edge bias) = _layers.AfterNorm($"{block}.norm3", [$"{block}.ff.net.0.proj"], width, 4 * width, bias: true);
            Edge wide = _graph.Gelu(_graph.Linear(_layers.BareNorm(rows, width), weight, bias));
            rows = _graph.Add(rows, _layers.Linear(wide, $"{block}.ff.net.2", 4 * width, width));
        }

        return Sequence(rows, width);
    }

    private Edge Attend(Edge rows, string block, int width)
    {
        int inner = _estimator.Heads * _estimator.HeadSize;
        (Weight weight, Edge bias) = _layers.AfterNorm(
            $"{block}.norm1", [$"{block}.attn1.to_q", $"{block}.attn1.to_k", $"{block}.attn1.to_v"], width, inner, bias: false);
        Edge attended = _graph.Op(
            "com.microsoft.Attention",
            [Sequence(_layers.BareNorm(rows, width), width), _graph.Transpose(_graph.Weight(weight), 1, 0), bias],
            ("num_heads", _estimator.Heads),
            ("qkv_hidden_sizes", new long[] { inner, inner, inner }));
        return _layers.Linear(Rows(attended, inner), $"{block}.attn1.to_out.0", inner, width);
    }

    private Edge Sequence(Edge rows, int channels) => _graph.Reshape(rows, 2, -1, channels);

    private Edge Rows(Edge sequence, int channels) => _graph.Reshape(sequence, -1, channels);
}
