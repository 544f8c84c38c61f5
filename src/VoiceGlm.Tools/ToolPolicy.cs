namespace VoiceGlm.Tools;

/// <summary>How a tool takes its time: what is said meanwhile, and what becomes of it when the user does not wait.</summary>
public sealed record ToolPolicy
{
    /// <summary>For tools that answer at once.</summary>
    public static ToolPolicy Quick { get; } = new();

    /// <summary>Time without a word before the first filler. Default: 0.7 s.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(0.7);

    /// <summary>Time between the first filler and the second. Default: 8 s.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>What is said first, in English and in Chinese.</summary>
    public (string English, string Chinese) Filler { get; init; } = ("One moment.", "稍等。");

    /// <summary>What is said when it goes on.</summary>
    public (string English, string Chinese) Progress { get; init; } = ("I am still working on it.", "还在处理。");

    /// <summary>Whether it goes on when the user interrupts or it takes long, and has its answer announced later: for work that costs and would be lost.</summary>
    public bool IsKept { get; init; }

    /// <summary>How long it may take; <see langword="null"/> for <see cref="ToolOptions.Timeout"/>.</summary>
    public TimeSpan? Timeout { get; init; }
}
