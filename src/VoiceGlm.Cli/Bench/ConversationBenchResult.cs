namespace VoiceGlm.Cli;

/// <summary>What <c>bench conversation --json</c> writes.</summary>
/// <param name="FirstAudioMs">From the decision that the user has finished to the first frame given to the connection, in milliseconds.</param>
/// <param name="BargeInMs">From the decision that the user interrupts to the last frame played, in milliseconds.</param>
/// <param name="Underruns">Times that a reply fell silent because its next speech came late.</param>
/// <param name="HeardErrorTokens">Speech tokens by which the model's memory differs from what was played, over all interruptions.</param>
/// <param name="Sessions">Conversations at once.</param>
/// <param name="Seconds">How long they lasted.</param>
/// <param name="Turns">Replies, interrupted ones among them.</param>
/// <param name="Interruptions">Replies that were talked over.</param>
/// <param name="FailedTurns">Replies that a stage failed in.</param>
/// <param name="SavedByHearingMs">Work on a question that was done while it was asked, in milliseconds.</param>
/// <param name="SavedByGuessingMs">How long before that decision the reply was begun, until its first block was there, in milliseconds.</param>
internal sealed record ConversationBenchResult(
    Percentiles? FirstAudioMs,
    Percentiles? BargeInMs,
    int Underruns,
    int HeardErrorTokens,
    int Sessions,
    double Seconds,
    int Turns,
    int Interruptions,
    int FailedTurns,
    Percentiles? SavedByHearingMs,
    Percentiles? SavedByGuessingMs);

/// <summary>The middle and nearly the worst of many times.</summary>
internal sealed record Percentiles(double P50, double P95)
{
    /// <summary>Takes the percentiles, in milliseconds; <see langword="null"/> of nothing.</summary>
    public static Percentiles? Of(IEnumerable<TimeSpan> times)
    {
        double[] sorted = [.. times.Select(static time => time.TotalMilliseconds).Order()];
        return sorted.Length == 0 ? null : new Percentiles(At(0.5), At(0.95));

        // Nearest rank: a time that was measured.
        double At(double part) => Math.Round(sorted[(int)Math.Ceiling(part * sorted.Length) - 1], 1);
    }
}
