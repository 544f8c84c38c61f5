using System.Globalization;
using System.Text.Json;

namespace VoiceGlm.Cli;

/// <summary>Reads integers from a file or standard input: separated by white space or commas, or a JSON array.</summary>
internal static class IntegerList
{
    private static readonly char[] s_separators = [' ', '\t', '\r', '\n', ',', '\uFEFF'];

    /// <summary>Reads the file, or standard input where the path is <c>-</c>.</summary>
    /// <exception cref="InvalidDataException">The file cannot be read, or holds something else.</exception>
    public static int[] Read(string path, TextReader standardInput)
    {
        string name = path == "-" ? "standard input" : path;
        string text;
        try
        {
            text = path == "-" ? standardInput.ReadToEnd() : File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"{name}: expected a file of integers, found none that can be read ({exception.Message})");
        }

        return Parse(text, name);
    }

    /// <summary>Reads integers from text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="name">Where it is from, for messages.</param>
    /// <exception cref="InvalidDataException">The text holds something else.</exception>
    public static int[] Parse(string text, string name)
    {
        if (text.AsSpan().Trim(s_separators).StartsWith("["))
        {
            try
            {
                return JsonSerializer.Deserialize(text.Trim(s_separators), CliJsonContext.Default.Int32Array)!;
            }
            catch (JsonException exception)
            {
                throw new InvalidDataException($"{name}: expected a JSON array of integers, found text that is not one ({exception.Message})");
            }
        }

        string[] words = text.Split(s_separators, StringSplitOptions.RemoveEmptyEntries);
        var values = new int[words.Length];
        for (int i = 0; i < words.Length; i++)
        {
            if (!int.TryParse(words[i], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out values[i]))
            {
                throw new InvalidDataException($"{name}: expected integers separated by white space or commas, or a JSON array, found '{Shorten(words[i])}' as number {i + 1}");
            }
        }

        return values;
    }

    /// <summary>Refuses a list that is empty or has a number that is too small or too large.</summary>
    /// <param name="values">The numbers.</param>
    /// <param name="count">Numbers from 0 on that there are.</param>
    /// <param name="what">What a number is, for messages: <c>speech token</c>.</param>
    /// <exception cref="InvalidDataException">The list is empty or has such a number.</exception>
    public static void Require(int[] values, int count, string what)
    {
        if (values is []) throw new InvalidDataException($"Expected at least one {what}, found none.");
        int wrong = Array.FindIndex(values, value => (uint)value >= (uint)count);
        if (wrong >= 0) throw new InvalidDataException($"{char.ToUpperInvariant(what[0])}{what[1..]} {wrong + 1}: expected a number from 0 to {count - 1}, found {values[wrong]}.");
    }

    private static string Shorten(string word) => word.Length <= 40 ? word : word[..40] + "…";
}
