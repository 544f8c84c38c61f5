namespace VoiceGlm.SpeechDecoder;

/// <summary>How replies are voiced while they are still being thought.</summary>
public sealed class SpeechDecoderOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string SectionName = "SpeechDecoder";

    /// <summary>
    /// Tokens of each block; the last length repeats. A small first block speaks soon (10 tokens are 0.8 s), larger later ones cost
    /// less per second of speech. Multiples of the encoder's attention block (published: 10) sound best. Default 10, 10, 20, 40, 50.
    /// </summary>
    public IReadOnlyList<int> BlockTokens { get; set; } = [10, 10, 20, 40, 50];

    /// <summary>
    /// Spoken tokens that a block is decoded after, as context (12.5 are a second). More keeps the voice steadier; time and memory of
    /// a block grow with it. The window begins on the encoder's attention grid, so it may be up to a grid step longer. Default 50.
    /// </summary>
    public int ContextTokens { get; set; } = 50;

    /// <summary>
    /// Tokens at the end of a block whose frames are held back and led over to the next block's version of them. More hides seams
    /// better and delays speech by as much. Default 5 (0.4 s), as the reference.
    /// </summary>
    public int OverlapTokens { get; set; } = 5;

    /// <summary>Steps from noise to spectrogram; time grows with it. <see langword="null"/>, the default, takes the model's own number.</summary>
    public int? Steps { get; set; }

    /// <summary>Strength of the classifier-free guidance. <see langword="null"/>, the default, takes the model's own.</summary>
    public float? GuidanceRate { get; set; }

    /// <summary>Seed of the noise: the same tokens with the same seed give the same speech. Default 42, as the reference.</summary>
    public uint NoiseSeed { get; set; } = 42;

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">A value is out of range; the message is a sentence that names it.</exception>
    public void Validate()
    {
        Check(BlockTokens is { Count: > 0 } && BlockTokens.All(static tokens => tokens > 0), nameof(BlockTokens), "must hold at least one number, all positive");
        Check(ContextTokens >= 0, nameof(ContextTokens), "must not be negative");
        Check(OverlapTokens >= 0, nameof(OverlapTokens), "must not be negative");
        Check(Steps is null or > 0, nameof(Steps), "must be positive");
        Check(GuidanceRate is null or >= 0, nameof(GuidanceRate), "must not be negative");
    }

    private static void Check(bool holds, string name, string rule)
    {
        if (!holds) throw new ArgumentException($"{SectionName}:{name} {rule}.");
    }
}
