using VoiceGlm.Checkpoints.Onnx;
using VoiceGlm.Inference;

namespace VoiceGlm.Checkpoints;

/// <summary>Converts a language model: a folder in the layout of <c>zai-org/glm-4-voice-9b</c>.</summary>
internal sealed class LanguageModelConverter(ConversionOptions options) : IPartConverter
{
    private const string RanksFile = "language-model.tiktoken";

    /// <inheritdoc/>
    public string Part => ModelParts.LanguageModel;

    /// <inheritdoc/>
    public bool Recognises(string folder) =>
        File.Exists(Path.Combine(folder, "config.json"))
        && LanguageModelConfig.Recognises(ConfigNode.ReadJson(Path.Combine(folder, "config.json")));

    /// <inheritdoc/>
    public PartPlan Plan(string folder, TensorSources sources)
    {
        ConfigNode configuration = ConfigNode.ReadJson(Path.Combine(folder, "config.json"));
        LanguageModelConfig config = LanguageModelConfig.Read(configuration);
        string tokens = Path.Combine(folder, "tokenizer_config.json");
        string ranks = Path.Combine(folder, "tokenizer.model");
        TokenizerConfig tokenizer = TokenizerConfig.Read(tokens);
        tokenizer.RequireIds(TiktokenFile.Read(ranks).Tokens.Count, config.VocabularySize);
        SpecialTokens specials = SpecialTokens.From(tokenizer.AddedTokens, tokens);
        var numbers = new LanguageModelManifest
        {
            Layers = config.Layers,
            KeyValueHeads = config.Groups,
            HeadSize = config.CachedHeadSize,
            VocabularySize = config.VocabularySize,
            ContextLength = config.ContextLength,
            StopTokenIds = StopTokens(folder, configuration),
            FirstSpeechTokenId = specials.FirstSpeechToken,
            SpeechTokenCount = specials.SpeechTokenCount,
            TellsTime = configuration.Flag("system_prompt_clock", orElse: false),
            AskAgain = AskAgain(configuration),
            TokenizerFile = RanksFile,
            SpecialTokens = specials.ByName,
        };
        (string, string)[] files = [(ranks, RanksFile)];
        if (options.WithoutLanguageModelGraph)
        {
            return new PartPlan { Graphs = [], Files = files, Describe = (manifest, _) => manifest with { LanguageModel = numbers } };
        }

        TensorSource weights = sources.Keep(TensorSource.Open(folder));
        GraphBuilder graph = LanguageModelGraph.Build(config, weights, options.LanguageModel);
        var probe = new LanguageModelProbe(config, weights, options.LanguageModel);
        return new PartPlan
        {
            Graphs = [graph],
            Files = files,
            OtherBytes = options.LanguageModel.IsExact ? 0 : probe.ScratchBytes,
            Describe = (manifest, written) => manifest with
            {
                LanguageModel = options.LanguageModel.IsExact ? numbers : numbers with { Quantization = Describe(options.LanguageModel, written, probe.Run(graph, written)) },
            },
        };
    }

    private static QuantizationManifest Describe(QuantizationOptions options, WrittenPart written, ProbeManifest probe) => new()
    {
        Weights = PrecisionName.Of(options.Precision),
        Head = PrecisionName.Of(options.HeadPrecision),
        ComputesInHalf = options.ComputesInHalf,
        BlockSize = options.BlockSize,
        Errors = written.RoundingErrors,
        Probe = probe,
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
