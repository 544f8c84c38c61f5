using System.Text.RegularExpressions;

namespace VoiceGlm.Tools.Coding;

/// <summary>Finds the code in what a model answered.</summary>
/// <param name="Code">The code.</param>
/// <param name="Language">What the fence says of its language, in small letters; perhaps empty.</param>
/// <param name="Rest">What is said beside it.</param>
internal sealed partial record CodeText(string Code, string Language, string Rest)
{
    /// <summary>The first fenced block; without a fence, all of it.</summary>
    public static CodeText Of(string answer)
    {
        Match fence = Fence().Match(answer);
        if (!fence.Success) return new CodeText(answer.Trim('\n'), "", "");
        string rest = answer.Remove(fence.Index, fence.Length).Trim();
        return new CodeText(fence.Groups["code"].Value.TrimEnd('\n'), fence.Groups["language"].Value.ToLowerInvariant(), rest);
    }

    /// <summary>The files of an answer that changes several, by <c>###PATH: name</c>; none where it is not of that form.</summary>
    public static IReadOnlyList<(string Path, string Code)> Files(string answer) =>
        [.. FileForm().Matches(answer).Select(static match => (match.Groups["path"].Value.Trim(), match.Groups["code"].Value.Trim('\n')))];

    [GeneratedRegex(@"```(?<language>[\w+#.-]*)[^\n]*\n(?<code>.*?)(```|\z)", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Fence();

    [GeneratedRegex(@"^###PATH:(?<path>[^\n]+)\n(?<code>.*?)(?=^###PATH:|\z)", RegexOptions.Singleline | RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex FileForm();
}
