using System.Text;

namespace VoiceGlm.Conversation;

/// <summary>
/// The parts of a reply in the order they were thought of, and what of them was heard. The model speaks in groups: some words,
/// then the speech for them, which is what lets a place in the speech be a place in the words. Not thread-safe.
/// </summary>
/// <remarks>
/// Within a group the words are spread evenly over its speech (the published model: 13 text tokens over 26 speech tokens); the
/// last group has the speech that was left, and the words are spread over all of it.
/// </remarks>
internal sealed class ReplyTrack(double speechTokensPerSecond, int speechGroupTokens)
{
    private readonly List<Group> _groups = [];

    /// <summary>Speech tokens so far.</summary>
    public int SpeechTokens { get; private set; }

    /// <summary>Whether the model has thought the reply to its end.</summary>
    public bool IsComplete { get; set; }

    /// <summary>All words so far.</summary>
    public string Text => string.Concat(_groups.SelectMany(static group => group.Words));

    /// <summary>Adds the next part.</summary>
    public void Add(ReplyPart part)
    {
        switch (part)
        {
            case ReplyPart.Text text:
                if (_groups is [] || _groups[^1].SpeechPositions.Count > 0) Begin();
                _groups[^1].Words.Add(text.Value);
                break;
            case ReplyPart.Speech:
                if (_groups is []) Begin();
                _groups[^1].SpeechPositions.Add(part.Position);
                SpeechTokens++;
                break;
        }
    }

    /// <summary>What was heard when a part of the speech was played.</summary>
    /// <param name="played">How long it was played; a token of which at least half sounded counts as heard.</param>
    /// <param name="start">Position of the conversation where the reply began.</param>
    public HeardReply HeardIn(TimeSpan played, int start)
    {
        // In ticks, which are whole: of seconds, the half of a token would come out a little short.
        int left = Math.Min(SpeechTokens, (int)Math.Floor((played.Ticks * speechTokensPerSecond / TimeSpan.TicksPerSecond) + 0.5));
        int heard = left;
        int position = start;
        var text = new StringBuilder();
        foreach (Group group in _groups)
        {
            int count = Math.Min(left, group.SpeechPositions.Count);
            if (count == 0) break;
            left -= count;
            position = group.SpeechPositions[count - 1];
            // A group that was still being thought of will have as much speech as a group has.
            bool open = !IsComplete && ReferenceEquals(group, _groups[^1]);
            int whole = open ? Math.Max(group.SpeechPositions.Count, speechGroupTokens) : group.SpeechPositions.Count;
            int words = (int)Math.Ceiling((double)group.Words.Count * count / whole);
            foreach (string word in group.Words.Take(words)) text.Append(word);
        }

        return new HeardReply(position, heard, text.ToString());
    }

    private void Begin() => _groups.Add(new Group([], []));

    private sealed record Group(List<string> Words, List<int> SpeechPositions);
}

/// <summary>What was heard of a reply.</summary>
/// <param name="Position">Position of the model's conversation after the last heard speech token.</param>
/// <param name="SpeechTokens">Speech tokens that were heard.</param>
/// <param name="Text">The words that belong to them.</param>
internal readonly record struct HeardReply(int Position, int SpeechTokens, string Text);
