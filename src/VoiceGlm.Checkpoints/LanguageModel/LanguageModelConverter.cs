using VoiceGlm.Inference;

namespace VoiceGlm.Checkpoints;

/// <summary>Converts a language model: a folder in the layout of <c>zai-org/glm-4-voice-9b</c>.</summary>
internal sealed class LanguageModelConverter : IPartConverter
{
    private const string RanksFile = "language-model.tiktoken";

    /// <inheritdoc/>
    public string Part => "language-model";

    /// <inheritdoc/>
    public bool Recognises(string folder) =>
        File.Exists(Path.Combine(folder, "config.json"))
        && LanguageModelConfig.Recognises(ConfigNode.ReadJson(Path.Combine(folder, "config.json")));

    /// <inheritdoc/>
    public ModelManifest Convert(string folder, ModelFolderWriter writer, ModelManifest manifest, CancellationToken cancellationToken)
    {
        ConfigNode configuration = ConfigNode.ReadJson(Path.Combine(folder, "config.json"));
        LanguageModelConfig config = LanguageModelConfig.Read(configuration);
        SpecialTokens specials = SpecialTokens.Read(Path.Combine(folder, "tokenizer_config.json"));
        int afterSpeech = specials.FirstSpeechToken + specials.SpeechTokenCount;
        if (afterSpeech > config.VocabularySize)
        {
            throw new ModelLoadException(
                Path.Combine(folder, "tokenizer_config.json"), $"ids below the vocabulary's {config.VocabularySize}", $"speech tokens up to {afterSpeech - 1}");
        }

        int[] stops = StopTokens(folder, configuration);
        string ranks = Path.Combine(folder, "tokenizer.model");
        if (!File.Exists(ranks)) throw new ModelLoadException(ranks, "the tokenizer's tiktoken ranks", "no such file");
        using TensorSource weights = new SafetensorsFile(Path.Combine(folder, "model.safetensors"));
        writer.AddGraph(LanguageModelGraph.Build(config, weights), cancellationToken);
        writer.AddFile(ranks, RanksFile);
        return manifest with
        {
            LanguageModel = new LanguageModelManifest
            {
                Layers = config.Layers,
                KeyValueHeads = config.Groups,
                HeadSize = config.HeadSize,
                VocabularySize = config.VocabularySize,
                ContextLength = config.ContextLength,
                StopTokenIds = stops,
                FirstSpeechTokenId = specials.FirstSpeechToken,
                SpeechTokenCount = specials.SpeechTokenCount,
                TokenizerFile = RanksFile,
                SpecialTokens = specials.ByName,
            },
        };
    }

    // generation_config.json is what the published code generates with; config.json says the same where it is absent.
    private static int[] StopTokens(string folder, ConfigNode configuration)
    {
        string path = Path.Combine(folder, "generation_config.json");
        ConfigNode source = File.Exists(path) && ConfigNode.ReadJson(path) is var generation && generation.Has("eos_token_id") ? generation : configuration;
        return source.Integers("eos_token_id");
    }
}
