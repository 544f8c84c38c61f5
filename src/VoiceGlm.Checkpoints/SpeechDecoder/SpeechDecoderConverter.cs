using VoiceGlm.Checkpoints.Onnx;
using VoiceGlm.Inference;

namespace VoiceGlm.Checkpoints.SpeechDecoder;

/// <summary>Converts a speech decoder as published: <c>config.yaml</c>, <c>flow.pt</c> and <c>hift.pt</c>.</summary>
internal sealed class SpeechDecoderConverter(Precision precision) : IPartConverter
{
    private const string ConfigurationFile = "config.yaml";

    /// <inheritdoc/>
    public string Part => "speech-decoder";

    /// <inheritdoc/>
    public bool Recognises(string folder) =>
        File.Exists(Path.Combine(folder, ConfigurationFile)) && (FindWeights(folder, "flow") ?? FindWeights(folder, "hift")) is not null;

    /// <inheritdoc/>
    public PartPlan Plan(string folder, TensorSources sources)
    {
        ConfigNode configuration = ConfigNode.ReadYaml(Path.Combine(folder, ConfigurationFile));
        TensorSource flowWeights = sources.Keep(OpenWeights(folder, "flow"));
        TensorSource hiftWeights = sources.Keep(OpenWeights(folder, "hift"));
        (IReadOnlyList<GraphBuilder> flowGraphs, FlowManifest flow) = FlowGraphs.Build(configuration.Child("flow"), flowWeights, precision);
        (IReadOnlyList<GraphBuilder> hiftGraphs, VocoderManifest vocoder) = HiftGraphs.Build(configuration.Child("hift"), hiftWeights, precision);
        if (flow.MelBins != vocoder.MelBins) throw configuration.Child("flow").Wrong("output_size", $"{vocoder.MelBins}, as in_channels of hift");
        int sampleRate = configuration.Integer("sample_rate");
        return new PartPlan
        {
            Graphs = [.. flowGraphs, .. hiftGraphs],
            Describe = (manifest, written) => manifest with
            {
                SpeechDecoder = new SpeechDecoderManifest
                {
                    SampleRate = sampleRate,
                    Flow = flow,
                    Vocoder = vocoder,
                    Quantization = QuantizationReport.Of(precision, written),
                },
            },
        };
    }

    private static string? FindWeights(string folder, string network) =>
        CheckpointFiles.Network(network).Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    private static TensorSource OpenWeights(string folder, string network)
    {
        string path = FindWeights(folder, network)
            ?? throw new ModelLoadException(Path.Combine(folder, network + ".pt"), "the weights of a speech decoder", "no such file");
        return Path.GetExtension(path) == ".pt" ? new TorchFile(path) : new SafetensorsFile(path);
    }
}
