namespace VoiceGlm.Checkpoints.Synthesis;

/// <summary>The sizes of the three checkpoints of a model. Change one with <c>with</c> for a checkpoint of other sizes.</summary>
public sealed record CheckpointProfile
{
    /// <summary>Folder of the language model.</summary>
    public required string Name { get; init; }

    /// <summary>The speech tokenizer.</summary>
    public required SpeechTokenizerProfile SpeechTokenizer { get; init; }

    /// <summary>The language model.</summary>
    public required LanguageModelProfile LanguageModel { get; init; }

    /// <summary>The speech decoder.</summary>
    public required SpeechDecoderProfile SpeechDecoder { get; init; }

    /// <summary>The profiles that can be asked for by name.</summary>
    public static IReadOnlyList<CheckpointProfile> Known => [Tiny, Glm4Voice9B];

    /// <summary>A few megabytes, for tests: every size differs from the published one.</summary>
    public static CheckpointProfile Tiny { get; } = new()
    {
        Name = "tiny",
        SpeechTokenizer = new SpeechTokenizerProfile
        {
            Width = 48,
            Heads = 3,
            FeedForwardWidth = 160,
            Layers = 5,
            QuantizePosition = 3,
            MelBins = 128,
            Positions = 1500,
            PoolingKernel = 4,
            BlockFrames = 100,
            CodebookSize = 192,
        },
        LanguageModel = new LanguageModelProfile
        {
            Layers = 4,
            Width = 96,
            Heads = 6,
            KeyValueHeads = 3,
            HeadSize = 16,
            FeedForwardWidth = 200,
            ContextLength = 4096,
            RankCount = 320,
            ReservedCount = 8,
            SpeechTokenCount = 192,
            VocabularySize = 544,
            ShardBytes = 400_000,
        },
        SpeechDecoder = new SpeechDecoderProfile
        {
            CodebookSize = 192,
            MelBins = 80,
            SpeakerEmbeddingSize = 192,
            EncoderWidth = 48,
            EncoderHeads = 3,
            EncoderFeedForwardWidth = 96,
            EncoderLayers = 3,
            EncoderBlockTokens = 10,
            EstimatorChannels = [40, 40],
            EstimatorHeadSize = 8,
            EstimatorHeads = 3,
            EstimatorTransformers = 2,
            EstimatorMiddleBlocks = 3,
            VocoderChannels = 32,
            FundamentalChannels = 24,
        },
    };

    /// <summary>The published sizes: 1.5 GB, 19.1 GB and 0.5 GB.</summary>
    /// <remarks>zai-org/glm-4-voice-tokenizer, glm-4-voice-9b and glm-4-voice-decoder, their configuration files.</remarks>
    public static CheckpointProfile Glm4Voice9B { get; } = new()
    {
        Name = "glm-4-voice-9b",
        SpeechTokenizer = new SpeechTokenizerProfile
        {
            Width = 1280,
            Heads = 20,
            FeedForwardWidth = 5120,
            Layers = 32,
            QuantizePosition = 16,
            MelBins = 128,
            Positions = 1500,
            PoolingKernel = 4,
            BlockFrames = 200,
            CodebookSize = 16_384,
        },
        LanguageModel = new LanguageModelProfile
        {
            Layers = 40,
            Width = 4096,
            Heads = 32,
            KeyValueHeads = 2,
            HeadSize = 128,
            FeedForwardWidth = 13_696,
            ContextLength = 8192,
            RankCount = 151_329,
            ReservedCount = 1008,
            SpeechTokenCount = 16_384,
            VocabularySize = 168_960,
        },
        SpeechDecoder = new SpeechDecoderProfile
        {
            CodebookSize = 16_384,
            MelBins = 80,
            SpeakerEmbeddingSize = 192,
            EncoderWidth = 512,
            EncoderHeads = 8,
            EncoderFeedForwardWidth = 2048,
            EncoderLayers = 6,
            EncoderBlockTokens = 10,
            EstimatorChannels = [256, 256],
            EstimatorHeadSize = 64,
            EstimatorHeads = 8,
            EstimatorTransformers = 4,
            EstimatorMiddleBlocks = 12,
            VocoderChannels = 512,
            FundamentalChannels = 512,
        },
    };
}
