namespace VoiceGlm.Cli;

/// <summary>One line of what <c>bench decode --json</c> writes.</summary>
/// <param name="Model">The model's folder.</param>
/// <param name="Precision">How its matrices are kept.</param>
/// <param name="Batch">Conversations at once.</param>
/// <param name="PromptTokensPerSecond">Tokens of all prompts, read one after the other.</param>
/// <param name="TokensPerSecond">New tokens of all conversations.</param>
/// <param name="StepMs">One token of each, in milliseconds.</param>
/// <param name="WeightBytes">The language model's files.</param>
/// <param name="KeyValueBytes">Keys and values of all conversations when prompt and new tokens are in them.</param>
/// <param name="WorkingSetBytes">What the process holds in memory afterwards.</param>
/// <param name="LoadSeconds">Loading the model.</param>
internal sealed record DecodeBenchRow(
    string Model,
    string Precision,
    int Batch,
    double PromptTokensPerSecond,
    double TokensPerSecond,
    double StepMs,
    long WeightBytes,
    long KeyValueBytes,
    long WorkingSetBytes,
    double LoadSeconds);
