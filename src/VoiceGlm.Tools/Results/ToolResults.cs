namespace VoiceGlm.Tools.Results;

/// <summary>Where the page finds what tools made.</summary>
public static class ToolResults
{
    /// <summary>The path that results are served under.</summary>
    public const string Path = "/results";

    /// <summary>The path of a result.</summary>
    internal static string PathOf(string name) => $"{Path}/{name}";
}
