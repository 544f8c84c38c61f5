namespace VoiceGlm.Tools.Glm;

/// <summary>What the user is told when a GLM model did not answer: one sentence, nothing of the account, nothing of the inside.</summary>
internal static class GlmFailure
{
    /// <summary>The sentence, and the same on a card.</summary>
    public static ToolAnswer Tell(GlmError error, ToolRun run)
    {
        string spoken = error.Kind switch
        {
            GlmErrorKind.Busy => run.Say("It is very busy there right now. Please try again in a moment.", "现在有点忙，请稍后再试。"),
            GlmErrorKind.Moderated => run.Say("I cannot work with that content.", "这个内容我不能处理。"),
            GlmErrorKind.Truncated or GlmErrorKind.Lost => run.Say("The answer did not arrive whole. Shall I try again?", "回答没有传完整，我再说一次吗？"),
            GlmErrorKind.Timeout => run.Say("It took too long. Please ask me again later.", "等得太久了，请稍后再问我。"),
            GlmErrorKind.TooLong => run.Say("That is too long for me.", "内容太长了，我处理不了。"),
            GlmErrorKind.Search => run.Say("I could not find anything about that.", "没有查到相关的内容。"),
            GlmErrorKind.Duplicate => run.Say("That was asked for already.", "这个请求已经提交过了。"),
            // Whatever is the operator's to mend is in the log.
            _ => run.Say("I cannot do that at the moment.", "这个功能暂时用不了。"),
        };
        return new ToolAnswer(spoken, new Card.Notice(run.Call.Name, spoken));
    }
}
