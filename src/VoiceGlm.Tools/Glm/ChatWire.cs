using System.Text.Json;

namespace VoiceGlm.Tools.Glm;

/// <summary>A whole answer, or one event of a stream, as it comes over the wire: any member may be absent.</summary>
internal sealed record ChatWire
{
    public JsonElement? Error { get; init; }

    public IReadOnlyList<ChatChoice>? Choices { get; init; }

    public ChatUsage? Usage { get; init; }

    public IReadOnlyList<SearchPage>? WebSearch { get; init; }
}

/// <summary>One of the answers.</summary>
internal sealed record ChatChoice
{
    public string? FinishReason { get; init; }

    public ChatSaid? Message { get; init; }

    public ChatSaid? Delta { get; init; }

    /// <summary>The text of a raw completion.</summary>
    public string? Text { get; init; }
}

/// <summary>What was said, or the next piece of it.</summary>
internal sealed record ChatSaid
{
    public ChatContent? Content { get; init; }

    public string? ReasoningContent { get; init; }

    /// <summary>As newer servers of open weights call it.</summary>
    public string? Reasoning { get; init; }

    public IReadOnlyList<WireCall>? ToolCalls { get; init; }

    /// <summary>As older servers call a function.</summary>
    public WireFunction? FunctionCall { get; init; }

    public WireAudio? Audio { get; init; }

    public string? Thoughts => ReasoningContent ?? Reasoning;
}

/// <summary>A call, or a fragment of one.</summary>
internal sealed record WireCall
{
    public string? Id { get; init; }

    public int? Index { get; init; }

    public WireFunction? Function { get; init; }
}

/// <summary>A function and its arguments.</summary>
internal sealed record WireFunction
{
    public string? Name { get; init; }

    public string? Arguments { get; init; }
}

/// <summary>Speech.</summary>
internal sealed record WireAudio
{
    public string? Id { get; init; }

    public string? Data { get; init; }

    public long? ExpiresAt { get; init; }
}

/// <summary>What an answer cost, in tokens.</summary>
internal sealed record ChatUsage
{
    public int PromptTokens { get; init; }

    public int CompletionTokens { get; init; }
}

/// <summary>A page that a search found.</summary>
internal sealed record SearchPage
{
    public string? Title { get; init; }

    public string? Link { get; init; }

    public string? Content { get; init; }

    public string? Media { get; init; }
}
