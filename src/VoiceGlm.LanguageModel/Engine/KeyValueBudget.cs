using System.Globalization;

namespace VoiceGlm.LanguageModel;

/// <summary>How many conversations the memory for keys and values is enough for.</summary>
/// <param name="Sessions">Conversations that are let in.</param>
/// <param name="Reason">Why no more are, and what to do about it.</param>
internal sealed record KeyValueBudget(int Sessions, string Reason)
{
    // The rest is for what a run takes while it lasts, and for other stages.
    private const double ShareOfFreeMemory = 0.75;

    /// <summary>Counts the conversations.</summary>
    /// <param name="shape">What each takes, its context full.</param>
    /// <param name="options">How many are asked for, and what they may take together.</param>
    /// <param name="freeBytes">What the device has left once the weights are loaded.</param>
    /// <param name="path">The model, for messages.</param>
    /// <exception cref="ModelLoadException">Not even one fits.</exception>
    public static KeyValueBudget Of(KeyValueShape shape, LanguageModelOptions options, long freeBytes, string path)
    {
        long budget = options.KeyValueBytes ?? (long)(ShareOfFreeMemory * freeBytes);
        long fitting = budget / shape.BytesOfSession;
        string each = $"{Megabytes(shape.BytesOfSession)} of keys and values for {shape.Capacity} tokens";
        if (fitting == 0)
        {
            throw new ModelLoadException(
                path, $"{each} of one conversation", $"{Megabytes(budget)} for them; shorten {nameof(LanguageModelOptions.ContextLength)}, or convert the model to compute in fp16");
        }

        return fitting >= options.MaxSessions
            ? new KeyValueBudget(options.MaxSessions, $"dispose one or raise {nameof(LanguageModelOptions.MaxSessions)}")
            : new KeyValueBudget((int)fitting, $"each takes {each}, and {Megabytes(budget)} are there for them: shorten {nameof(LanguageModelOptions.ContextLength)} for more of them");
    }

    private static string Megabytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:F1} MB");
}
