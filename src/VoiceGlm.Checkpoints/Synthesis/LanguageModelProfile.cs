namespace VoiceGlm.Checkpoints.Synthesis;

/// <summary>The sizes of a language model checkpoint (keys of its <c>config.json</c> in brackets).</summary>
public sealed record LanguageModelProfile
{
    /// <summary>Layers (<c>num_layers</c>).</summary>
    public required int Layers { get; init; }

    /// <summary>Width (<c>hidden_size</c>).</summary>
    public required int Width { get; init; }

    /// <summary>Attention heads (<c>num_attention_heads</c>).</summary>
    public required int Heads { get; init; }

    /// <summary>Key/value heads (<c>multi_query_group_num</c>).</summary>
    public required int KeyValueHeads { get; init; }

    /// <summary>Width of a head (<c>kv_channels</c>); half of it is rotated.</summary>
    public required int HeadSize { get; init; }

    /// <summary>Width of the feed-forward layers (<c>ffn_hidden_size</c>).</summary>
    public required int FeedForwardWidth { get; init; }

    /// <summary>Tokens of a conversation (<c>seq_length</c>).</summary>
    public required int ContextLength { get; init; }

    /// <summary>Ranks of the byte-pair encoding: 256 bytes and the merges.</summary>
    public required int RankCount { get; init; }

    /// <summary>Special tokens between the named ones and the first speech token.</summary>
    public required int ReservedCount { get; init; }

    /// <summary>Speech tokens.</summary>
    public required int SpeechTokenCount { get; init; }

    /// <summary>Rows of embedding and output (<c>padded_vocab_size</c>), at least the ids that have a meaning.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>How the numbers are stored (<c>torch_dtype</c>).</summary>
    public StoredElementType ElementType { get; init; } = StoredElementType.BF16;

    /// <summary>Bytes of a shard at most.</summary>
    public long ShardBytes { get; init; } = 5_000_000_000;
}
