namespace VoiceGlm;

/// <summary>The next piece of a reply: words to show, or 80 ms to say.</summary>
public abstract record ReplyPart
{
    private ReplyPart()
    {
    }

    /// <summary>
    /// Tokens of the conversation up to and including this part. Rewinding the model's session to here keeps this part and
    /// forgets what came after it.
    /// </summary>
    public int Position { get; init; }

    /// <summary>Words to show.</summary>
    /// <param name="Value">Whole characters only: a UTF-8 sequence split over tokens is held until it is complete.</param>
    public sealed record Text(string Value) : ReplyPart;

    /// <summary>80 ms to say.</summary>
    /// <param name="Token">The speech token.</param>
    public sealed record Speech(SpeechToken Token) : ReplyPart;
}
