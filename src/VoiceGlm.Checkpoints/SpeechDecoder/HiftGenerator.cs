using VoiceGlm.Checkpoints.Onnx;
using VoiceGlm.Inference;

namespace VoiceGlm.Checkpoints.SpeechDecoder;

/// <summary>
/// The generator of a HiFT vocoder: mel and source to waveform, in stages that each make the signal longer. What a window of a
/// longer signal needs at its edges shrinks from layer to layer, and so do the layers: to what is left after the stage's cut.
/// </summary>
/// <remarks>CosyVoice cosyvoice/hifigan/generator.py, HiFTGenerator.decode; the two slopes and the limit of the magnitude are constants there.</remarks>
internal sealed class HiftGenerator
{
    private const float LastLeakySlope = 0.01f;
    private const float LargestMagnitude = 100;
    private const int TimeAxis = 3;

    private readonly HiftConfiguration _hift;
    private readonly HiftWeights _weights;
    private readonly TiledConvolution _tiles;
    private readonly Edge _cuts;

    public HiftGenerator(HiftConfiguration hift, TensorSource source, Precision precision)
    {
        Graph = new GraphBuilder("speech-decoder-vocoder", precision);
        _hift = hift;
        _weights = new HiftWeights(Graph, source);
        _tiles = new TiledConvolution(Graph);
        int firstKernel = _weights.KernelOf("conv_pre");
        int lastKernel = _weights.KernelOf("conv_post");
        StageContexts = HiftContext.OfStages(hift, firstKernel, lastKernel);

        Edge mel = Graph.Input("mel", OnnxType.Float, hift.MelBins, "frames");
        Edge spectrum = SourceSpectrum(Graph.Input("source", OnnxType.Float, "samples"));
        _cuts = Graph.Input("cuts", OnnxType.Int64, hift.Stages, 2);

        Edge x = Graph.Reshape(mel, 1, hift.MelBins, 1, -1);
        x = Convolution(x, new HiftLayer("conv_pre", hift.BaseChannels, hift.MelBins, firstKernel));
        for (int stage = 0; stage < hift.Stages; stage++)
        {
            if (stage > 0) spectrum = Cut(spectrum, TimeAxis, stage - 1, hift.RateBefore(hift.Stages));
            x = Stage(x, spectrum, stage);
        }

        x = Graph.Op("LeakyRelu", [x], ("alpha", LastLeakySlope));
        x = Convolution(x, new HiftLayer("conv_post", hift.SpectrumChannels, hift.Channels(hift.Stages - 1), lastKernel));
        Edge wave = Cut(Waveform(x), axis: 0, hift.Stages - 1, hift.HopLength);
        Graph.Output("wave", Graph.Op("Clip", [wave, Graph.Scalar(-hift.AudioLimit), Graph.Scalar(hift.AudioLimit)]), OnnxType.Float, "voiced samples");
    }

    /// <summary>
    /// The graph: <c>mel</c> [bins, frames], <c>source</c> [frames·hop] and <c>cuts</c> [stages, 2], the frames to drop at the
    /// beginning and at the end after each stage, to <c>wave</c> [remaining frames·hop].
    /// </summary>
    public GraphBuilder Graph { get; }

    /// <summary>Frames that each stage needs around those it is to voice.</summary>
    public FrameContext[] StageContexts { get; }

    private Edge Stage(Edge x, Edge spectrum, int stage)
    {
        x = Graph.Op("LeakyRelu", [x], ("alpha", _hift.LeakySlope));
        x = Upsample(x, stage);
        if (stage == _hift.Stages - 1) x = Graph.Op("Pad", [x, Graph.Constant(0L, 0, 0, 1, 0, 0, 0, 0)], ("mode", "reflect"));

        // In the last stage a frame has so many values that cropping its layers would not pay.
        HiftCrop? crop = stage < _hift.Stages - 1 ? CropOf(x, stage) : null;
        HiftBlock[] blocks = _hift.Blocks(stage);
        int reach = blocks.Max(static block => block.Reach);
        Edge excitation = ResidualBlock(SourceAt(spectrum, stage), _hift.SourceBlock(stage), crop, HiftCrop.Everything, reach);
        x = Graph.Add(crop?.Apply(x, HiftCrop.Everything, reach) ?? x, excitation);
        Edge sum = ResidualBlock(x, blocks[0], crop, reach, 0);
        foreach (HiftBlock block in blocks.Skip(1)) sum = Graph.Add(sum, ResidualBlock(x, block, crop, reach, 0));
        return blocks.Length == 1 ? sum : Graph.Multiply(sum, Graph.Scalar(1f / blocks.Length));
    }

    private HiftCrop CropOf(Edge x, int stage)
    {
        Edge rate = Graph.Constant((long)_hift.RateBefore(stage + 1));
        Edge length = Graph.Op("Shape", [x], ("start", TimeAxis), ("end", TimeAxis + 1));
        return new HiftCrop(Graph, length, Graph.Multiply(CutAt(stage, side: 0), rate), Graph.Multiply(CutAt(stage, side: 1), rate));
    }

    // A transposed convolution, computed as a convolution whose channels are the phases between two values, then laid out in time.
    private Edge Upsample(Edge x, int stage)
    {
        string layer = $"ups.{stage}";
        int inputs = _hift.BaseChannels >> stage;
        int outputs = _hift.Channels(stage);
        int rate = _hift.UpsampleRates[stage];
        int kernel = _hift.UpsampleKernels[stage];
        int taps = (kernel + rate - 1) / rate;
        int padding = (kernel - rate) / 2;
        x = Graph.Op(
            "Conv",
            [x, _weights.Phases(layer, inputs, outputs, kernel, rate), _weights.PhaseBias($"{layer}.bias", outputs, rate)],
            ("kernel_shape", new long[] { 1, taps }),
            ("pads", new long[] { 0, taps - 1, 0, taps - 1 }));
        x = Graph.Transpose(Graph.Reshape(x, outputs, rate, -1), 0, 2, 1);
        x = Graph.Reshape(x, 1, outputs, 1, -1);
        int behind = ((taps - 1) * rate) - padding;
        return Graph.Slice(x, TimeAxis, padding, behind == 0 ? long.MaxValue : -behind);
    }

    private Edge SourceAt(Edge spectrum, int stage)
    {
        int rate = _hift.SpectrumRate(stage);
        int kernel = rate == 1 ? 1 : 2 * rate;
        var layer = new HiftLayer($"source_downs.{stage}", _hift.Channels(stage), _hift.SpectrumChannels, kernel);
        int padding = rate == 1 ? 0 : rate / 2;
        return Graph.Op(
            "Conv",
            [spectrum, _weights.Convolution(layer), _weights.Bias(layer)],
            ("kernel_shape", new long[] { 1, kernel }),
            ("strides", new long[] { 1, rate }),
            ("pads", new long[] { 0, padding, 0, padding }));
    }

    // From values cropped to one reach to values cropped to another; the layers between shrink as those after them allow.
    private Edge ResidualBlock(Edge x, HiftBlock block, HiftCrop? crop, int reachBefore, int reachAfter)
    {
        int reach = reachAfter + block.Reach;
        x = crop?.Apply(x, reachBefore, reach) ?? x;
        for (int i = 0; i < block.Dilations.Length; i++)
        {
            int dilation = block.Dilations[i];
            string firstAlpha = $"{block.Name}.activations1.{i}.alpha";
            string secondAlpha = $"{block.Name}.activations2.{i}.alpha";
            float[]? first = _weights.SnakeScale(firstAlpha, block.Channels);
            float[]? second = _weights.SnakeScale(secondAlpha, block.Channels);
            Edge y = first is null
                ? PlainSnake(x, firstAlpha, block.Channels)
                : Snake.Scaled(Graph, Graph.Multiply(x, Graph.Constant(first, block.Channels, 1, 1)));
            y = Convolution(y, block.Layer($"convs1.{i}", dilation) with { InputScale = first, OutputScale = second });
            y = second is null ? PlainSnake(y, secondAlpha, block.Channels) : Snake.Scaled(Graph, y);
            y = Convolution(y, block.Layer($"convs2.{i}") with { InputScale = second });
            int shrunk = reach - block.ReachOf(dilation);
            x = Graph.Add(y, x);
            x = crop?.Apply(x, reach, shrunk) ?? x;
            reach = shrunk;
        }

        return x;
    }

    private Edge PlainSnake(Edge x, string alpha, int channels)
    {
        Edge factor = _weights.Vector(alpha, channels, static value => value, channels, 1, 1);
        Edge inverse = _weights.Vector(alpha, channels, static value => 1 / (value + 1e-9f), channels, 1, 1);
        return Snake.Plain(Graph, x, factor, inverse);
    }

    private Edge Convolution(Edge x, HiftLayer layer) => TiledConvolution.Suits(layer)
        ? _tiles.Apply(x, layer, _weights.TileKernels(layer), _weights.TileBias(layer))
        : Graph.Convolve(x, _weights.Convolution(layer), _weights.Bias(layer), layer.Kernel, layer.Dilation);

    private Edge SourceSpectrum(Edge source)
    {
        int centre = _hift.TransformLength / 2;
        Edge padded = Graph.Op("Pad", [Graph.Reshape(source, 1, 1, 1, -1), Graph.Constant(0L, 0, 0, centre, 0, 0, 0, centre)], ("mode", "reflect"));
        Edge kernels = Graph.Constant(ShortTimeFourier.Analysis(_hift.TransformLength), _hift.SpectrumChannels, 1, 1, _hift.TransformLength);
        return Graph.Op("Conv", [padded, kernels], ("strides", new long[] { 1, _hift.TransformHop }));
    }

    // Overlapping windows are added up by a convolution over the columns, and divided by the sum of their squared weights.
    private Edge Waveform(Edge x)
    {
        int bins = _hift.SpectrumChannels / 2;
        int hop = _hift.TransformHop;
        int overlaps = (_hift.TransformLength + hop - 1) / hop;
        Edge magnitude = Graph.Op("Min", [Graph.Op("Exp", [Graph.Slice(x, 1, 0, bins)]), Graph.Scalar(LargestMagnitude)]);
        Edge phase = Graph.Op("Sin", [Graph.Slice(x, 1, bins, long.MaxValue)]);
        Edge spectrum = Graph.Concat(1, Graph.Multiply(magnitude, Graph.Op("Cos", [phase])), Graph.Multiply(magnitude, Graph.Op("Sin", [phase])));

        Edge kernels = Graph.Constant(ShortTimeFourier.Synthesis(_hift.TransformLength, hop), hop, _hift.SpectrumChannels, 1, overlaps);
        Edge weights = Graph.Constant(ShortTimeFourier.SquaredWindow(_hift.TransformLength, hop), hop, 1, 1, overlaps);
        Edge one = Graph.Op("Expand", [Graph.Scalar(1f), Graph.Op("Shape", [Graph.Slice(magnitude, 1, 0, 1)])]);
        (string, object) pads = ("pads", new long[] { 0, overlaps - 1, 0, overlaps - 1 });
        Edge wave = Graph.Divide(Graph.Op("Conv", [spectrum, kernels], pads), Graph.Op("Conv", [one, weights], pads));
        wave = Graph.Reshape(Graph.Transpose(wave, 0, 3, 1, 2), -1);
        return Graph.Slice(wave, 0, _hift.TransformLength / 2, (_hift.TransformLength / 2) - (hop * overlaps));
    }

    private Edge Cut(Edge x, int axis, int row, int rate)
    {
        Edge before = Graph.Multiply(CutAt(row, side: 0), Graph.Constant((long)rate));
        Edge after = Graph.Multiply(CutAt(row, side: 1), Graph.Constant((long)rate));
        Edge end = Graph.Subtract(Graph.Op("Shape", [x], ("start", axis), ("end", axis + 1)), after);
        return Graph.Op("Slice", [x, before, end, Graph.Constant((long)axis)]);
    }

    private Edge CutAt(int row, int side) => Graph.Reshape(Graph.Slice(Graph.Slice(_cuts, 0, row, row + 1), 1, side, side + 1), 1);
}
