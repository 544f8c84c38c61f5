using System.Text.RegularExpressions;

namespace VoiceGlm.Tools.Filling;

/// <summary>A text with blanks, as GLM knows them: <c>[MASK]</c> for a few words, <c>[sMASK]</c> for a sentence, <c>[gMASK]</c> for what follows.</summary>
/// <param name="Text">The text with its marks.</param>
internal sealed partial record BlankText(string Text)
{
    private static readonly string[] s_goOnWords = ["接着写", "续写", "go on with", "continue"];
    private static readonly string[] s_sentenceWords = ["补一句", "add a sentence"];

    /// <summary>The marks in order.</summary>
    public IReadOnlyList<string> Marks => [.. Mark().Matches(Text).Select(static match => match.Value)];

    /// <summary>Finds the blanks that were said or written; without any, the text goes on.</summary>
    public static BlankText Of(string spoken)
    {
        string text = Instruction().Replace(spoken, "").Trim();
        text = Said().Replace(text, " [MASK] ");
        text = Written().Replace(text, "[MASK]").Trim();
        // Spaces around a mark that stands in for a spoken word are the language's.
        text = Spaces().Replace(text, " ");
        if (Mark().IsMatch(text)) return new BlankText(ChineseSpaces().Replace(text, ""));
        string mark = s_sentenceWords.Any(word => spoken.Contains(word, StringComparison.OrdinalIgnoreCase)) ? "[sMASK]" : "[gMASK]";
        foreach (string word in s_goOnWords.Concat(s_sentenceWords)) text = text.Replace(word, "", StringComparison.OrdinalIgnoreCase);
        return new BlankText($"{text.Trim(' ', ':', '：', ',', '，')} {mark}");
    }

    /// <summary>The text with fills in its blanks; a blank without one stays.</summary>
    public IReadOnlyList<BlankPart> Fill(IReadOnlyList<string> fills)
    {
        List<BlankPart> parts = [];
        int at = 0;
        int blank = 0;
        foreach (Match match in Mark().Matches(Text))
        {
            if (match.Index > at) parts.Add(new BlankPart(Text[at..match.Index], false));
            string fill = blank < fills.Count ? fills[blank] : "";
            parts.Add(new BlankPart(fill.Length > 0 ? fill : "___", fill.Length > 0));
            blank++;
            at = match.Index + match.Length;
        }

        if (at < Text.Length) parts.Add(new BlankPart(Text[at..], false));
        return parts;
    }

    /// <summary>A fill without the marks that models put around it.</summary>
    public static string Clean(string? fill) => (fill ?? "").Replace("<|startofpiece|>", "", StringComparison.Ordinal).Replace("<|endofpiece|>", "", StringComparison.Ordinal).Trim();

    [GeneratedRegex(@"\[(?:s|g)?MASK\]")]
    private static partial Regex Mark();

    [GeneratedRegex(@"\bblank\b|什么|\b空\b", RegexOptions.IgnoreCase)]
    private static partial Regex Said();

    [GeneratedRegex("_{2,}|＿+")]
    private static partial Regex Written();

    [GeneratedRegex(@"^\s*(?:填空|fill in the blanks?|fill the blanks?)\s*[:：,，]?\s*", RegexOptions.IgnoreCase)]
    private static partial Regex Instruction();

    [GeneratedRegex(" {2,}")]
    private static partial Regex Spaces();

    [GeneratedRegex(@"(?<=[\u4e00-\u9fff]) (?=\[s?MASK\])|(?<=\[s?MASK\]) (?=[\u4e00-\u9fff])")]
    private static partial Regex ChineseSpaces();
}
