namespace VoiceGlm.Inference;

/// <summary>The numbers of a language model (reference: glm-4-voice-9b <c>config.json</c>, <c>tokenizer_config.json</c>).</summary>
public sealed record LanguageModelManifest
{
    /// <summary>Transformer layers.</summary>
    public required int Layers { get; init; }

    /// <summary>Key/value heads of a layer (groups of the grouped-query attention).</summary>
    public required int KeyValueHeads { get; init; }

    /// <summary>Width of a head in the key/value cache.</summary>
    public required int HeadSize { get; init; }

    /// <summary>Rows of the output layer: text, special, speech and padding ids.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Tokens that a conversation may hold at most.</summary>
    public required int ContextLength { get; init; }

    /// <summary>Ids that end a reply.</summary>
    public required IReadOnlyList<int> StopTokenIds { get; init; }

    /// <summary>Id of <c>&lt;|audio_0|&gt;</c>.</summary>
    public required int FirstSpeechTokenId { get; init; }

    /// <summary>Number of speech tokens, which follow one another from <see cref="FirstSpeechTokenId"/>.</summary>
    public required int SpeechTokenCount { get; init; }

    /// <summary>Speech tokens that follow one group of words. It is trained, and named in the trained prompt, not in the configuration: 26 in the published model.</summary>
    public int SpeechGroupTokens { get; init; } = 26;

    /// <summary>Whether the model was trained with a sentence that tells the time after its prompt. The published one was not.</summary>
    public bool TellsTime { get; init; }

    /// <summary>When the model should ask again instead of answering; null: never. The published one has no such limit.</summary>
    public AskAgainManifest? AskAgain { get; init; }

    /// <summary>How the matrices were rounded; null where they are as published.</summary>
    public QuantizationManifest? Quantization { get; init; }

    /// <summary>The tiktoken ranks, within the folder.</summary>
    public required string TokenizerFile { get; init; }

    /// <summary>Special tokens and their ids.</summary>
    public required IReadOnlyDictionary<string, int> SpecialTokens { get; init; }
}
