using VoiceGlm.Checkpoints.Onnx;
using VoiceGlm.Inference;

namespace VoiceGlm.Checkpoints;

/// <summary>Converts a language model: a folder in the layout of <c>zai-org/glm-4-voice-9b</c>.</summary>
internal sealed class LanguageModelConverter(QuantizationOptions quantization) : IPartConverter
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
        string tokens = Path.Combine(folder, "tokenizer_config.json");
        string ranks = Path.Combine(folder, "tokenizer.model");
        TokenizerConfig tokenizer = TokenizerConfig.Read(tokens);
        tokenizer.RequireIds(TiktokenFile.Read(ranks).Tokens.Count, config.VocabularySize);
        SpecialTokens specials = SpecialTokens.From(tokenizer.AddedTokens, tokens);
        int[] stops = StopTokens(folder, configuration);
        using TensorSource weights = TensorSource.Open(folder);
        (GraphBuilder graph, IReadOnlyList<QuantizedMatrix> quantized) = LanguageModelGraph.Build(config, weights, quantization);
        writer.AddGraph(graph, cancellationToken);
        writer.AddFile(ranks, RanksFile);
        return manifest with
        {
            LanguageModel = new LanguageModelManifest
            {
                Layers = config.Layers,
                KeyValueHeads = config.Groups,
                HeadSize = config.CachedHeadSize,
                VocabularySize = config.VocabularySize,
                ContextLength = config.ContextLength,
                StopTokenIds = stops,
                FirstSpeechTokenId = specials.FirstSpeechToken,
                SpeechTokenCount = specials.SpeechTokenCount,
                TellsTime = configuration.Flag("system_prompt_clock", orElse: false),
                AskAgain = AskAgain(configuration),
                Quantization = quantized is [] ? null : Describe(quantization, quantized),
                TokenizerFile = RanksFile,
                SpecialTokens = specials.ByName,
            },
        };
    }

    private static QuantizationManifest Describe(QuantizationOptions options, IReadOnlyList<QuantizedMatrix> matrices) => new()
    {
        Bits = QuantizationOptions.BitsOf(options.Precision) ?? 32,
        HeadBits = QuantizationOptions.BitsOf(options.HeadPrecision) ?? 32,
        BlockSize = options.BlockSize,
        Errors = matrices.ToDictionary(static matrix => matrix.Name, static matrix => Math.Round(matrix.RelativeError, 6)),
    };

    private static AskAgainManifest? AskAgain(ConfigNode configuration)
    {
        if (!configuration.Has("ask_again")) return null;
        ConfigNode ask = configuration.Child("ask_again");
        return new AskAgainManifest { Text = ask.Text("text"), LogProbability = ask.Number("log_probability") };
    }

    // generation_config.json is what the published code generates with; config.json says the same where it is absent.
    private static int[] StopTokens(string folder, ConfigNode configuration)
    {
        string path = Path.Combine(folder, "generation_config.json");
        ConfigNode source = File.Exists(path) && ConfigNode.ReadJson(path) is var generation && generation.Has("eos_token_id") ? generation : configuration;
        return source.Integers("eos_token_id");
    }
}
