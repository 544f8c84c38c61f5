using System.Globalization;
using System.Text;
using Microsoft.ML.Tokenizers;

namespace VoiceGlm.LanguageModel;

/// <summary>
/// Splits text into the pieces that are merged on their own, exactly as the published regular expression does over Unicode
/// characters. .NET's own expressions see UTF-16 units, in which a letter beyond U+FFFF is no letter. Stateless.
/// </summary>
/// <remarks>
/// glm-4-voice-9b tokenization_chatglm.py:
/// <c>(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+</c>
/// </remarks>
internal sealed class GlmPreTokenizer : PreTokenizer
{
    // Ignoring case, 's' is also the long s.
    private static readonly string[] s_contractions = ["'s", "'ſ", "'t", "'re", "'ve", "'m", "'ll", "'d"];

    private enum Kind
    {
        Letter,
        Number,
        LineBreak,
        Space,
        Other,
        End,
    }

    /// <inheritdoc/>
    public override IEnumerable<(int Offset, int Length)> PreTokenize(string text) => PreTokenize(text.AsSpan());

    /// <inheritdoc/>
    public override IEnumerable<(int Offset, int Length)> PreTokenize(ReadOnlySpan<char> text)
    {
        var pieces = new List<(int, int)>();
        for (int start = 0; start < text.Length;)
        {
            int length = PieceLength(text[start..]);
            pieces.Add((start, length));
            start += length;
        }

        return pieces;
    }

    private static int PieceLength(ReadOnlySpan<char> text)
    {
        foreach (string contraction in s_contractions)
        {
            if (text.StartsWith(contraction, StringComparison.OrdinalIgnoreCase)) return contraction.Length;
        }

        Kind first = KindAt(text, 0, out int firstLength);
        if (first == Kind.Letter) return RunLength(text, 0, Kind.Letter);
        if (first is Kind.Space or Kind.Other && KindAt(text, firstLength, out _) == Kind.Letter)
        {
            return RunLength(text, firstLength, Kind.Letter);
        }

        if (first == Kind.Number) return RunLength(text, 0, Kind.Number, atMost: 3);
        int othersStart = text[0] == ' ' ? 1 : 0;
        if (KindAt(text, othersStart, out _) == Kind.Other)
        {
            return RunLength(text, RunLength(text, othersStart, Kind.Other), Kind.LineBreak);
        }

        return WhiteSpaceLength(text);
    }

    // White space up to its last line break; else all of it at the end of the text; else all but the last, which goes with what follows.
    private static int WhiteSpaceLength(ReadOnlySpan<char> text)
    {
        int end = 0;
        int last = 0;
        int afterLineBreak = 0;
        while (KindAt(text, end, out int length) is (Kind.Space or Kind.LineBreak) and var kind)
        {
            last = end;
            end += length;
            if (kind == Kind.LineBreak) afterLineBreak = end;
        }

        if (afterLineBreak > 0) return afterLineBreak;
        return end == text.Length || last == 0 ? end : last;
    }

    private static int RunLength(ReadOnlySpan<char> text, int start, Kind kind, int atMost = int.MaxValue)
    {
        int end = start;
        for (int count = 0; count < atMost && KindAt(text, end, out int length) == kind; count++) end += length;
        return end;
    }

    private static Kind KindAt(ReadOnlySpan<char> text, int index, out int length)
    {
        length = 0;
        if (index >= text.Length) return Kind.End;
        Rune.DecodeFromUtf16(text[index..], out Rune rune, out length);
        return rune.Value is '\r' or '\n' ? Kind.LineBreak
            : Rune.IsWhiteSpace(rune) ? Kind.Space
            : Rune.GetUnicodeCategory(rune) switch
            {
                UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
                    or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => Kind.Letter,
                UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => Kind.Number,
                _ => Kind.Other,
            };
    }
}
