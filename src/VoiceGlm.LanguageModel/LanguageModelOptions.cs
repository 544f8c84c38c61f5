using VoiceGlm.Inference;

namespace VoiceGlm.LanguageModel;

/// <summary>How the language model is run in this process.</summary>
public sealed record LanguageModelOptions : ReplyOptions
{
    /// <summary>Conversations that can be held at once; each has its own place for keys and values. Default: 8.</summary>
    public int MaxSessions { get; init; } = 8;

    /// <summary>
    /// Bytes for the keys and values of all conversations, or <see langword="null"/>, the default, for three quarters of what is free when the weights
    /// are loaded. Where they are not enough for <see cref="MaxSessions"/> full contexts, fewer conversations are held.
    /// </summary>
    public long? KeyValueBytes { get; init; }

    /// <summary>Tokens read in one run of the graph; between two such runs the other conversations take a step. Default: 256.</summary>
    public int PrefillChunk { get; init; } = 256;

    /// <summary>How the graph is run.</summary>
    public GraphOptions Graph { get; init; } = new();

    /// <inheritdoc/>
    internal override void Validate(int longestContext)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxSessions);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(PrefillChunk);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(KeyValueBytes ?? 1, nameof(KeyValueBytes));
        base.Validate(longestContext);
    }
}
