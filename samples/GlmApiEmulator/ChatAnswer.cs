namespace GlmApiEmulator;

/// <summary>What a chat is answered with, whatever form it then takes.</summary>
/// <param name="Content">The words; <see langword="null"/> where there are calls instead.</param>
internal sealed record ChatAnswer(string? Content)
{
    /// <summary>What was thought before.</summary>
    public string? Reasoning { get; init; }

    /// <summary>The member that the thoughts come in.</summary>
    public string ReasoningMember { get; init; } = "reasoning_content";

    /// <summary>The functions that are called.</summary>
    public IReadOnlyList<EmulatedCall> Calls { get; init; } = [];

    /// <summary>Whether the arguments of calls come in pieces.</summary>
    public bool InFragments { get; init; }

    /// <summary>Why it ends.</summary>
    public string FinishReason { get; init; } = "stop";

    /// <summary>Whether pages of a search come with it.</summary>
    public bool HasSearch { get; init; }
}

/// <summary>A function that is called.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Arguments">A JSON object, or what passes for one.</param>
internal sealed record EmulatedCall(string Name, string Arguments);
