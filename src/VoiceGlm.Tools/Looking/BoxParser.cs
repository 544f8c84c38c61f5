using System.Globalization;
using System.Text.RegularExpressions;

namespace VoiceGlm.Tools.Looking;

/// <summary>Finds boxes in what a model said of a picture: four thousandths each, in brackets of any kind, several with semicolons between them.</summary>
internal static partial class BoxParser
{
    private const double Scale = 1000;
    private const int MaxBoxes = 64;

    /// <summary>The boxes, their corners in order and within the picture; those without an area are left out.</summary>
    public static IReadOnlyList<Box> Parse(string text)
    {
        List<Box> boxes = [];
        // Marks of newer models around an answer.
        text = text.Replace("<|begin_of_box|>", "", StringComparison.Ordinal).Replace("<|end_of_box|>", "", StringComparison.Ordinal);
        int end = 0;
        foreach (Match run in Runs().Matches(text))
        {
            int[] numbers = [.. Numbers().Matches(run.Value).Select(static match => int.Parse(match.Value, CultureInfo.InvariantCulture))];
            if (numbers.Length % 4 != 0) continue;
            string label = LabelOf(text[end..run.Index]);
            end = run.Index + run.Length;
            foreach (int[] corners in numbers.Chunk(4))
            {
                if (Make(corners, label) is { } box && boxes.Count < MaxBoxes) boxes.Add(box);
            }
        }

        return boxes;
    }

    /// <summary>The text without its boxes.</summary>
    public static string WithoutBoxes(string text) => Runs().Replace(text, "");

    /// <summary>Where in the picture a box is, in words.</summary>
    public static string Region(Box box, bool isChinese)
    {
        int column = Third((box.Left + box.Right) / 2);
        int row = Third((box.Top + box.Bottom) / 2);
        if (isChinese)
        {
            return (row, column) switch
            {
                (1, 1) => "中间",
                (1, _) => column == 0 ? "左边" : "右边",
                (_, 1) => row == 0 ? "上面" : "下面",
                _ => (column == 0 ? "左" : "右") + (row == 0 ? "上角" : "下角"),
            };
        }

        return (row, column) switch
        {
            (1, 1) => "in the middle",
            (1, _) => column == 0 ? "on the left" : "on the right",
            (_, 1) => row == 0 ? "at the top" : "at the bottom",
            _ => $"at the {(row == 0 ? "top" : "bottom")} {(column == 0 ? "left" : "right")}",
        };
    }

    private static int Third(double value) => Math.Clamp((int)(value * 3), 0, 2);

    private static Box? Make(int[] corners, string label)
    {
        double[] sides = [.. corners.Select(static corner => Math.Min(corner, Scale) / Scale)];
        var box = new Box(Math.Min(sides[0], sides[2]), Math.Min(sides[1], sides[3]), Math.Max(sides[0], sides[2]), Math.Max(sides[1], sides[3]), label);
        return box.Right > box.Left && box.Bottom > box.Top ? box : null;
    }

    // The last words before a box name what is in it.
    private static string LabelOf(string before)
    {
        string[] words = before.Split([' ', '\n', ',', '.', ';', ':', '，', '。', '<', '>', '|'], StringSplitOptions.RemoveEmptyEntries);
        string[] label = [.. words.Reverse().TakeWhile(static word => word.ToLowerInvariant() is not ("the" or "a" or "an" or "is" or "at" or "and" or "in" or "of" or "in:")).Take(4).Reverse()];
        return string.Join(' ', label);
    }

    [GeneratedRegex(@"[\[(<{]\s*(?:[\[(<{]\s*)*\d{1,5}(?:[\s,;\[\](){}<>]+\d{1,5}){3,}\s*(?:[\])>}]\s*)+")]
    private static partial Regex Runs();

    [GeneratedRegex(@"\d+")]
    private static partial Regex Numbers();
}
