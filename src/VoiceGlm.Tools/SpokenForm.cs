using System.Text;
using System.Text.RegularExpressions;

namespace VoiceGlm.Tools;

/// <summary>Makes of a text what can be said of it: one or two sentences, without code, tables, formulas, addresses and marks.</summary>
internal static partial class SpokenForm
{
    private const int MaxSentences = 2;
    private const int MaxLength = 240;

    /// <summary>The first sentences of a text; empty where there is nothing to say.</summary>
    /// <param name="markdown">Text of a model's or a page's. It comes out as one line: what looks like a call of a tool is none any more.</param>
    /// <param name="maxSentences">Sentences at most.</param>
    public static string Of(string markdown, int maxSentences = MaxSentences)
    {
        string text = Fences().Replace(markdown, " ");
        text = Formulas().Replace(text, " ");
        text = string.Join('\n', text.Split('\n').Where(static line => !TableOrRule().IsMatch(line)));
        text = Links().Replace(text, "$1");
        text = Addresses().Replace(text, "");
        text = Marks().Replace(text, "");
        text = Spaces().Replace(text, " ").Trim();
        return Cut(Sentences(text, maxSentences));
    }

    private static string Sentences(string text, int count)
    {
        int end = 0;
        foreach (Match match in Ends().Matches(text))
        {
            end = match.Index + match.Length;
            if (--count == 0) break;
        }

        return count > 0 ? text : text[..end].Trim();
    }

    private static string Cut(string text)
    {
        if (text.Length <= MaxLength) return text;
        int end = text.LastIndexOfAny([' ', ',', '，', '、'], MaxLength);
        var cut = new StringBuilder(text, 0, end > 0 ? end : MaxLength, MaxLength + 1);
        return cut.Append('.').ToString();
    }

    [GeneratedRegex("```.*?(```|$)", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Fences();

    [GeneratedRegex(@"\$\$.*?\$\$|\\\[.*?\\\]|\\\(.*?\\\)|\$[^$\n]+\$", RegexOptions.Singleline)]
    private static partial Regex Formulas();

    [GeneratedRegex(@"^\s*(\||[-=*_]{3,}\s*$)", RegexOptions.ExplicitCapture)]
    private static partial Regex TableOrRule();

    [GeneratedRegex(@"!?\[([^\]]*)\]\([^)]*\)")]
    private static partial Regex Links();

    [GeneratedRegex(@"(https?://|www\.)\S+", RegexOptions.ExplicitCapture)]
    private static partial Regex Addresses();

    [GeneratedRegex(@"(?m)^\s*(#{1,6}|[-*+]|\d+[.)]|>)\s+|[*_`~{}\[\]<>|]", RegexOptions.ExplicitCapture)]
    private static partial Regex Marks();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    [GeneratedRegex(@"[。！？]+|[.!?]+(?=\s|$)")]
    private static partial Regex Ends();
}
