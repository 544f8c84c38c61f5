using VoiceGlm.Inference;

namespace VoiceGlm.LanguageModel;

/// <summary>How the language model is run.</summary>
public sealed record LanguageModelOptions
{
    /// <summary>Conversations that can be held at once; each has its own place for keys and values. Default: 8.</summary>
    public int MaxSessions { get; init; } = 8;

    /// <summary>Tokens that a conversation may hold, or <see langword="null"/> for what the model was trained for. More than that is refused.</summary>
    public int? ContextLength { get; init; }

    /// <summary>Tokens read in one run of the graph; between two such runs the other conversations take a step. Default: 256.</summary>
    public int PrefillChunk { get; init; } = 256;

    /// <summary>How tokens are chosen.</summary>
    public SamplingOptions Sampling { get; init; } = new();

    /// <summary>Tokens of a reply at most. Default: 2,000, some 100 s of speech.</summary>
    public int MaxNewTokens { get; init; } = 2000;

    /// <summary>How the graph is run.</summary>
    public GraphOptions Graph { get; init; } = new();

    /// <summary>Checks the ranges.</summary>
    /// <param name="longestContext">What the model was trained for.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    internal void Validate(int longestContext)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxSessions);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(PrefillChunk);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxNewTokens);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(ContextLength ?? longestContext, nameof(ContextLength));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ContextLength ?? longestContext, longestContext, nameof(ContextLength));
        Sampling.Validate();
    }
}
