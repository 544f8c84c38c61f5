namespace VoiceGlm.Tools;

/// <summary>One call of a tool, and the conversation that it is for. Thread-safe.</summary>
/// <param name="Call">What the model asks for. The arguments are a stranger's: the tool checks them.</param>
/// <param name="Session">The conversation.</param>
/// <param name="CardId">Id of the card that shows the tool's work.</param>
public sealed record ToolRun(ToolCall Call, IToolSession Session, string CardId)
{
    /// <summary>Whether the service's own sentences are Chinese.</summary>
    public bool IsChinese => Session.Language == "zh";

    /// <summary>A sentence in the conversation's language.</summary>
    public string Say(string english, string chinese) => IsChinese ? chinese : english;

    /// <summary>Shows how the work stands.</summary>
    public ValueTask ShowAsync(Card card, CancellationToken cancellationToken) => Session.ShowAsync(CardId, card, cancellationToken);
}
