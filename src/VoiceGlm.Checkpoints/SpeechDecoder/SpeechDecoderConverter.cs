using VoiceGlm.Inference;

namespace VoiceGlm.Checkpoints.SpeechDecoder;

/// <summary>Converts a speech decoder as published: <c>config.yaml</c>, <c>flow.pt</c> and <c>hift.pt</c>.</summary>
internal sealed class SpeechDecoderConverter : IPartConverter
{
    private const string ConfigurationFile = "config.yaml";

    // The published network takes as many steps, whatever its configuration says (CosyVoice flow/flow.py).
    private const int Steps = 10;

    /// <inheritdoc/>
    public string Part => "speech-decoder";

    /// <inheritdoc/>
    public bool Recognises(string folder) =>
        File.Exists(Path.Combine(folder, ConfigurationFile)) && FindWeights(folder, "flow") is not null && FindWeights(folder, "hift") is not null;

    /// <inheritdoc/>
    public ModelManifest Convert(string folder, ModelFolderWriter writer, ModelManifest manifest, CancellationToken cancellationToken)
    {
        ConfigNode configuration = ConfigNode.ReadYaml(Path.Combine(folder, ConfigurationFile));
        FlowConfiguration flow = FlowConfiguration.Read(configuration.Child("flow"));
        using (TensorSource weights = OpenWeights(folder, "flow"))
        {
            writer.AddGraph(FlowEncoderGraph.Build(flow, weights), cancellationToken);
            writer.AddGraph(FlowTimesGraph.Build(flow, weights), cancellationToken);
            writer.AddGraph(FlowEstimatorGraph.Build(flow, weights), cancellationToken);
        }

        VocoderManifest vocoder;
        using (TensorSource weights = OpenWeights(folder, "hift"))
        {
            vocoder = HiftGraphs.Add(configuration.Child("hift"), weights, writer, cancellationToken);
        }

        return manifest with
        {
            SpeechDecoder = new SpeechDecoderManifest
            {
                SampleRate = configuration.Integer("sample_rate"),
                Flow = new FlowManifest
                {
                    CodebookSize = flow.VocabularySize,
                    TokenRate = flow.TokenRate,
                    MelBins = flow.MelBins,
                    EncoderBlockTokens = flow.Encoder.BlockTokens,
                    Steps = Steps,
                    GuidanceRate = flow.GuidanceRate,
                    CosineSchedule = flow.CosineSchedule,
                    SpeakerEmbeddingSize = flow.SpeakerEmbeddingSize,
                },
                Vocoder = vocoder,
            },
        };
    }

    // Published as torch state dicts; the same names in safetensors are as good.
    private static string? FindWeights(string folder, string network) =>
        new[] { ".pt", ".safetensors" }.Select(extension => Path.Combine(folder, network + extension)).FirstOrDefault(File.Exists);

    private static TensorSource OpenWeights(string folder, string network)
    {
        string path = FindWeights(folder, network)
            ?? throw new ModelLoadException(Path.Combine(folder, network + ".pt"), "the weights of a speech decoder", "no such file");
        return Path.GetExtension(path) == ".pt" ? new TorchFile(path) : new SafetensorsFile(path);
    }
}
