namespace VoiceGlm.Conversation;

/// <summary>Answers where no tools are registered.</summary>
internal sealed class NoTools : IToolRouter
{
    /// <inheritdoc/>
    public ValueTask<ToolAnswer> CallAsync(ToolCall toolCall, IToolSession session, CancellationToken cancellationToken) => new(new ToolAnswer("I am sorry, I cannot do that here."));
}
