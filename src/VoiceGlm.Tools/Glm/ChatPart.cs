namespace VoiceGlm.Tools.Glm;

/// <summary>The next piece of an answer that is being made.</summary>
internal abstract record ChatPart
{
    private ChatPart()
    {
    }

    /// <summary>Words of the answer.</summary>
    public sealed record Text(string Value) : ChatPart;

    /// <summary>Words of what was thought before it.</summary>
    public sealed record Thought(string Value) : ChatPart;

    /// <summary>The end.</summary>
    public sealed record End(ChatReply Reply) : ChatPart;
}

/// <summary>A whole answer.</summary>
internal sealed record ChatReply
{
    /// <summary>Its words.</summary>
    public string Text { get; init; } = "";

    /// <summary>What was thought before.</summary>
    public string Thoughts { get; init; } = "";

    /// <summary>Functions that are called.</summary>
    public IReadOnlyList<ChatCall> Calls { get; init; } = [];

    /// <summary>Why it ended: <c>stop</c>, <c>length</c>, <c>tool_calls</c>, or a word that is not known here.</summary>
    public string FinishReason { get; init; } = "";

    /// <summary>The pages that a search found.</summary>
    public IReadOnlyList<SearchPage> Pages { get; init; } = [];

    /// <summary>What it cost.</summary>
    public ChatUsage? Usage { get; init; }

    /// <summary>The other answers, where more than one was asked for.</summary>
    public IReadOnlyList<string> Others { get; init; } = [];

    /// <summary>Speech that came with it.</summary>
    public WireAudio? Audio { get; init; }
}

/// <summary>A function that the model calls.</summary>
/// <param name="Id">Id of the call.</param>
/// <param name="Name">The function.</param>
/// <param name="Arguments">A JSON object, if the model wrote one.</param>
internal sealed record ChatCall(string Id, string Name, string Arguments);
