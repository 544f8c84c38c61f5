namespace VoiceGlm.Cli;

/// <summary>Counts what was right. Not thread-safe.</summary>
internal sealed class EvaluationTally
{
    private readonly OrderedDictionary<string, Counts> _conditions = [];
    private readonly List<WrongReply> _wrong = [];
    private readonly List<TimeSpan> _firstAudio = [];
    private TimeSpan _worked;
    private TimeSpan _sounded;

    /// <summary>A turn was answered.</summary>
    public void Add(EvaluationConversation conversation, int turn, string reply)
    {
        EvaluationTurn asked = conversation.Turns[turn];
        Counts counts = Of(conversation);
        bool isAnswered = asked.IsAnswered(reply);
        bool hasSlots = asked.HasSlots(reply);
        counts.Turns++;
        if (isAnswered) counts.Answered++;
        if (asked.Slots is not null)
        {
            counts.WithSlots++;
            if (hasSlots) counts.SlotsRight++;
        }

        if (!isAnswered || !hasSlots) _wrong.Add(new WrongReply(conversation.Id, conversation.Condition, turn, asked.Intent, asked.Text, reply));
    }

    /// <summary>A tool's answer was said.</summary>
    public void AddObservation(EvaluationConversation conversation, string observation, string said)
    {
        Counts counts = Of(conversation);
        counts.Observations++;
        if (string.Equals(observation.Trim(), said.Trim(), StringComparison.OrdinalIgnoreCase)) counts.Said++;
    }

    /// <summary>A turn took its time.</summary>
    /// <param name="worked">Time spent in the stages.</param>
    /// <param name="sounded">What was heard and said.</param>
    /// <param name="firstAudio">From the end of what was heard to the first speech, or null.</param>
    public void AddTime(TimeSpan worked, TimeSpan sounded, TimeSpan? firstAudio)
    {
        _worked += worked;
        _sounded += sounded;
        if (firstAudio is { } first) _firstAudio.Add(first);
    }

    /// <summary>What was counted.</summary>
    public EvaluationResult ToResult() => new(
        [.. _conditions.Select(static condition => condition.Value.ToResult(condition.Key))],
        Percentiles.Of(_firstAudio),
        _sounded > TimeSpan.Zero ? Math.Round(_worked / _sounded, 3) : null,
        _wrong);

    private Counts Of(EvaluationConversation conversation)
    {
        if (!_conditions.TryGetValue(conversation.Condition, out Counts? counts)) _conditions.Add(conversation.Condition, counts = new Counts());
        return counts;
    }

    private sealed class Counts
    {
        public int Turns { get; set; }

        public int Answered { get; set; }

        public int WithSlots { get; set; }

        public int SlotsRight { get; set; }

        public int Observations { get; set; }

        public int Said { get; set; }

        public ConditionResult ToResult(string condition) =>
            new(condition, Turns, Part(Answered, Turns) ?? 0, WithSlots, Part(SlotsRight, WithSlots), Observations, Part(Said, Observations));

        private static double? Part(int count, int all) => all == 0 ? null : Math.Round((double)count / all, 4);
    }
}
