using System.Text;
using VoiceGlm.Tools.Glm;

namespace VoiceGlm.Tools.Asking;

/// <summary><c>think_hard(question, image_ref?)</c>: has a model reason. What it thinks is shown while it thinks, and never said.</summary>
internal sealed class ThinkHardTool(GlmClient client, TimeProvider time) : ITool
{
    private static readonly TimeSpan s_betweenCards = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public string Name => "think_hard";

    /// <inheritdoc/>
    public string Description => "Reasons step by step about a hard question: mathematics, logic, plans, a problem in a picture.";

    /// <inheritdoc/>
    public string Parameters => """
        {"type":"object","properties":{
          "question":{"type":"string","description":"The whole question, understandable by itself."},
          "image_ref":{"type":"string","description":"Any words, if the question is about the picture that the user shows."}},
        "required":["question"]}
        """;

    /// <inheritdoc/>
    public IReadOnlyList<string> TriggerPhrases => ["think hard", "think carefully", "think about", "reason step by step", "仔细想想", "一步一步推理", "解这道题"];

    /// <inheritdoc/>
    public bool IsAvailable => client.Has(GlmRole.Reasoning);

    /// <inheritdoc/>
    public ToolPolicy Policy => new() { Filler = ("Let me think about that.", "让我想一想。"), Progress = ("I am still thinking.", "还在想。"), Timeout = TimeSpan.FromMinutes(3) };

    /// <inheritdoc/>
    public async ValueTask<ToolAnswer> RunAsync(ToolRun run, CancellationToken cancellationToken)
    {
        string question = run.Call.Words("question", "prompt", "text");
        if (question.Length == 0) return new ToolAnswer(run.Say("What shall I think about?", "要想什么问题？"));
        bool isAboutImage = run.Call.Words("image_ref").Length > 0 && run.Session.Image is not null && client.Has(GlmRole.VisionReasoning);
        ChatMessage message = isAboutImage ? ChatMessage.User(client.ImageUrl(run.Session.Image!.MediaType, run.Session.Image.Content.Span), question) : ChatMessage.User(question);
        var request = new ChatRequest([message]) { Thinking = Thinking.Enabled };

        long begun = time.GetTimestamp();
        long shown = begun;
        var thoughts = new StringBuilder();
        ChatReply? reply = null;
        await foreach (ChatPart part in client.StreamAsync(GlmCall.Reasoning(isAboutImage ? GlmRole.VisionReasoning : GlmRole.Reasoning), request, cancellationToken).ConfigureAwait(false))
        {
            if (part is ChatPart.Thought thought) thoughts.Append(thought.Value);
            if (part is ChatPart.End end) reply = end.Reply;
            if (part is not ChatPart.Thought || time.GetElapsedTime(shown) < s_betweenCards) continue;
            shown = time.GetTimestamp();
            await run.ShowAsync(Card(thoughts.ToString(), ""), cancellationToken).ConfigureAwait(false);
        }

        Card.Reasoning card = Card(reply!.Thoughts, reply.Text);
        if (reply.Text.Length == 0) return new ToolAnswer(run.Say("I did not come to an end with it.", "我没有想出结果。"), card);
        string spoken = SpokenForm.Of(reply.Text);
        return new ToolAnswer(spoken.Length > 0 ? spoken : run.Say("The answer is on the screen.", "答案在屏幕上。"), card);

        Card.Reasoning Card(string thought, string answer) => new(question, thought, answer, time.GetElapsedTime(begun)) { Source = client.Provider!.Name };
    }
}
