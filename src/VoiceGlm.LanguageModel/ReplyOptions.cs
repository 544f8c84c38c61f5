namespace VoiceGlm.LanguageModel;

/// <summary>How conversations are continued, whatever continues them.</summary>
public abstract record ReplyOptions
{
    /// <summary>Tokens that a conversation may hold, or <see langword="null"/> for what the model was trained for. More than that is refused.</summary>
    public int? ContextLength { get; init; }

    /// <summary>How tokens are chosen.</summary>
    public SamplingOptions Sampling { get; init; } = new();

    /// <summary>Tokens of a reply at most. Default: 2,000, some 100 s of speech.</summary>
    public int MaxNewTokens { get; init; } = 2000;

    /// <summary>The clock of models that are told the time, in the machine's time zone.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Checks the ranges.</summary>
    /// <param name="longestContext">What the model was trained for.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    internal virtual void Validate(int longestContext)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxNewTokens);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(ContextLength ?? longestContext, nameof(ContextLength));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ContextLength ?? longestContext, longestContext, nameof(ContextLength));
        Sampling.Validate();
    }

    /// <summary>How tokens are chosen for a session.</summary>
    internal SamplingOptions SamplingFor(SessionSettings settings) =>
        Sampling with { Temperature = settings.Temperature ?? Sampling.Temperature, TopP = settings.TopP ?? Sampling.TopP };
}
