using System.Diagnostics;

namespace VoiceGlm.LanguageModel;

/// <summary>How long a model takes for so many conversations at once. Choosing tokens is not part of it, nor waiting for other work.</summary>
/// <param name="Reading">Evaluating all prompts, chunk by chunk, one conversation after the other.</param>
/// <param name="Speaking">All steps, each of which evaluates one token of every conversation.</param>
public sealed record DecodeMeasurement(TimeSpan Reading, TimeSpan Speaking)
{
    // Primes, so that the ids are from everywhere.
    private const int FirstId = 17;
    private const int IdStep = 5_303;

    /// <summary>Measures, on the calling thread.</summary>
    /// <exception cref="InvalidOperationException">There are not as many places, or the contexts are too short.</exception>
    internal static DecodeMeasurement Take(LanguageModelEngine engine, int conversations, int promptTokens, int steps, CancellationToken cancellationToken)
    {
        var contexts = new List<ConversationContext>();
        try
        {
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < conversations; i++)
            {
                ConversationContext context = engine.CreateContext();
                contexts.Add(context);
                for (int token = 0; token < promptTokens; token++) context.Append(Id(engine, i, token));
                engine.Extend(context, [], cancellationToken);
            }

            long read = Stopwatch.GetTimestamp();
            ConversationContext[] all = [.. contexts];
            var logits = new float[conversations * engine.VocabularySize];
            for (int step = 0; step < steps; step++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                for (int i = 0; i < conversations; i++) all[i].Append(Id(engine, i, promptTokens + step));
                engine.Step(all, logits);
            }

            return new DecodeMeasurement(Stopwatch.GetElapsedTime(start, read), Stopwatch.GetElapsedTime(read));
        }
        finally
        {
            foreach (ConversationContext context in contexts) context.Dispose();
        }
    }

    private static TokenId Id(LanguageModelEngine engine, int conversation, int token) =>
        new((int)((FirstId + conversation + ((long)token * IdStep)) % engine.VocabularySize));
}
