using VoiceGlm.Inference;

namespace VoiceGlm.Checkpoints.SpeechDecoder;

/// <summary>Converts a speech decoder as published: <c>config.yaml</c>, <c>flow.pt</c> and <c>hift.pt</c>.</summary>
internal sealed class SpeechDecoderConverter : IPartConverter
{
    private const string ConfigurationFile = "config.yaml";

    /// <inheritdoc/>
    public string Part => "speech-decoder";

    /// <inheritdoc/>
    public bool Recognises(string folder) =>
        File.Exists(Path.Combine(folder, ConfigurationFile)) && (FindWeights(folder, "flow") ?? FindWeights(folder, "hift")) is not null;

    /// <inheritdoc/>
    public ModelManifest Convert(string folder, ModelFolderWriter writer, ModelManifest manifest, CancellationToken cancellationToken)
    {
        ConfigNode configuration = ConfigNode.ReadYaml(Path.Combine(folder, ConfigurationFile));
        using TensorSource flowWeights = OpenWeights(folder, "flow");
        using TensorSource hiftWeights = OpenWeights(folder, "hift");
        FlowManifest flow = FlowGraphs.Add(configuration.Child("flow"), flowWeights, writer, cancellationToken);
        VocoderManifest vocoder = HiftGraphs.Add(configuration.Child("hift"), hiftWeights, writer, cancellationToken);
        if (flow.MelBins != vocoder.MelBins) throw configuration.Child("flow").Wrong("output_size", $"{vocoder.MelBins}, as in_channels of hift");
        return manifest with
        {
            SpeechDecoder = new SpeechDecoderManifest { SampleRate = configuration.Integer("sample_rate"), Flow = flow, Vocoder = vocoder },
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
