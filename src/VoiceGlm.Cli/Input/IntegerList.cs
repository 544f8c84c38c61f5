using System.Globalization;
using System.Text.Json;

namespace VoiceGlm.Cli;

/// <summary>Reads integers from a file or standard input: separated by white space or commas, or a JSON array.</summary>
internal static class IntegerList
{
    private static readonly char[] s_separators = [' ', '\t', '\r', '\n', ',', '\uFEFF'];

    /// <summary>Reads the file, or standard input where the path is <c>-</c>.</summary>
    /// <exception cref="InputException">The file cannot be read, or holds something else.</exception>
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
            throw new InputException($"{name}: expected a file of integers, found none that can be read ({exception.Message})");
        }

        return Parse(text, name);
    }

    /// <summary>Reads integers from text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="name">Where it is from, for messages.</param>
    /// <exception cref="InputException">The text holds something else.</exception>
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
                throw new InputException($"{name}: expected a JSON array of integers, found text that is not one ({exception.Message})");
            }
        }

        string[] words = text.Split(s_separators, StringSplitOptions.RemoveEmptyEntries);
        var values = new int[words.Length];
        for (int i = 0; i < words.Length; i++)
        {
            if (!int.TryParse(words[i], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out values[i]))
            {
                throw new InputException($"{name}: expected integers separated by white space or commas, or a JSON array, found '{Shorten(words[i])}' as number {i + 1}");
            }
        }

        return values;
    }

    private static string Shorten(string word) => word.Length <= 40 ? word : word[..40] + "…";
}
