using VoiceGlm.Checkpoints.Onnx;
using VoiceGlm.Inference;

namespace VoiceGlm.Checkpoints.SpeechDecoder;

/// <summary>
/// Writes the HiFT vocoder as three graphs: mel to fundamental frequency, sines to source, mel and source to waveform. The
/// sines between the first two are drawn by the runtime, which carries their phase.
/// </summary>
/// <remarks>CosyVoice cosyvoice/hifigan/generator.py and f0_predictor.py.</remarks>
internal static class HiftGraphs
{
    /// <summary>Puts the graphs of the vocoder together.</summary>
    /// <param name="hift">The section <c>hift:</c> of the decoder's <c>config.yaml</c>.</param>
    /// <param name="weights">The state dict, <c>hift.pt</c>.</param>
    /// <param name="precision">How matrices are kept.</param>
    /// <returns>The graphs and the vocoder's numbers.</returns>
    /// <exception cref="ModelLoadException">The section's numbers do not fit one another, or the weights do not fit them.</exception>
    public static (IReadOnlyList<GraphBuilder> Graphs, VocoderManifest Manifest) Build(ConfigNode hift, TensorSource weights, Precision precision = Precision.Full)
    {
        HiftConfiguration configuration = HiftConfiguration.Read(hift);
        GraphBuilder pitch = Pitch(configuration, weights, precision, out int pitchContext);
        var generator = new HiftGenerator(configuration, weights, precision);
        var manifest = new VocoderManifest
        {
            MelBins = configuration.MelBins,
            HopLength = configuration.HopLength,
            Harmonics = configuration.Harmonics,
            SineAmplitude = configuration.SineAmplitude,
            NoiseDeviation = configuration.NoiseDeviation,
            VoicedThresholdHertz = configuration.VoicedThresholdHertz,
            ReceptiveFieldFrames = Math.Max(generator.StageContexts[0].Before, generator.StageContexts[0].After) + pitchContext,
            PitchContextFrames = pitchContext,
            StageContexts = generator.StageContexts,
        };
        return ([pitch, Source(configuration, weights), generator.Graph], manifest);
    }

    private static GraphBuilder Pitch(HiftConfiguration configuration, TensorSource source, Precision precision, out int context)
    {
        var graph = new GraphBuilder("speech-decoder-pitch", precision);
        var weights = new HiftWeights(graph, source);
        Edge x = graph.Input("mel", OnnxType.Float, configuration.MelBins, "frames");
        x = graph.Reshape(x, 1, configuration.MelBins, 1, -1);
        int channels = configuration.MelBins;
        context = 0;
        // Every second module is an activation.
        for (int i = 0; i == 0 || weights.Has($"f0_predictor.condnet.{i}"); i += 2)
        {
            string name = $"f0_predictor.condnet.{i}";
            var layer = new HiftLayer(name, weights.OutputsOf(name), channels, weights.KernelOf(name));
            x = graph.Op("Elu", [graph.Convolve(x, weights.Convolution(layer), weights.Bias(layer), layer.Kernel)]);
            channels = layer.Outputs;
            context += layer.Kernel / 2;
        }

        Edge classifier = graph.Weight(Weight.From(source, "f0_predictor.classifier.weight", 1, channels).Reshaped(1, channels, 1, 1));
        x = graph.Op("Abs", [graph.Convolve(x, classifier, graph.Weight(Weight.From(source, "f0_predictor.classifier.bias", 1)), kernel: 1)]);
        graph.Output("hertz", graph.Reshape(x, -1), OnnxType.Float, "frames");
        return graph;
    }

    private static GraphBuilder Source(HiftConfiguration configuration, TensorSource source)
    {
        var graph = new GraphBuilder("speech-decoder-source");
        int sines = configuration.Harmonics + 1;
        Edge x = graph.Input("sines", OnnxType.Float, sines, "samples");
        Edge weight = graph.Weight(Weight.From(source, "m_source.l_linear.weight", 1, sines));
        Edge bias = graph.Weight(Weight.From(source, "m_source.l_linear.bias", 1));
        x = graph.Op("Tanh", [graph.Add(graph.MatMul(weight, x), bias)]);
        graph.Output("source", graph.Reshape(x, -1), OnnxType.Float, "samples");
        return graph;
    }
}
