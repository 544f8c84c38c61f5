using VoiceGlm.Inference;

namespace VoiceGlm.LanguageModel;

/// <summary>How the language model is run in this process.</summary>
public sealed record LanguageModelOptions : ReplyOptions
{
    /// <summary>Conversations that can be held at once; each has its own place for keys and values. Default: 8.</summary>
    public int MaxSessions { get; init; } = 8;

    /// <summary>Tokens read in one run of the graph; between two such runs the other conversations take a step. Default: 256.</summary>
    public int PrefillChunk { get; init; } = 256;

    /// <summary>How the graph is run.</summary>
    public GraphOptions Graph { get; init; } = new();

    /// <inheritdoc/>
    internal override void Validate(int longestContext)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxSessions);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(PrefillChunk);
        base.Validate(longestContext);
    }
}
