namespace VoiceGlm.LanguageModel;

/// <summary>How the next token is chosen. The defaults are those of the published demonstration.</summary>
public sealed record SamplingOptions
{
    /// <summary>Always the most likely token.</summary>
    public static readonly SamplingOptions Greedy = new() { Temperature = 0 };

    /// <summary>Divides the logits: below 1 prefers the likely, 0 takes the most likely. Default: 0.2.</summary>
    public float Temperature { get; init; } = 0.2f;

    /// <summary>Keeps this many most likely tokens, 0 for all. Default: 50, which the reference's library uses when nobody says otherwise.</summary>
    public int TopK { get; init; } = 50;

    /// <summary>Keeps the most likely tokens that together reach this probability, in (0, 1]. Default: 0.8.</summary>
    public float TopP { get; init; } = 0.8f;

    /// <summary>Drops tokens less likely than this part of the most likely one, in [0, 1]. Default: 0.</summary>
    public float MinP { get; init; }

    /// <summary>Divides the positive logits of tokens that the conversation has, and multiplies the negative. Default: 1, for none.</summary>
    public float RepetitionPenalty { get; init; } = 1;

    /// <summary>Equal seeds draw equal numbers; <see langword="null"/> for others each time.</summary>
    public int? Seed { get; init; }

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range.</exception>
    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(Temperature);
        ArgumentOutOfRangeException.ThrowIfNegative(TopK);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(TopP);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(TopP, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(MinP);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MinP, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(RepetitionPenalty);
    }
}
