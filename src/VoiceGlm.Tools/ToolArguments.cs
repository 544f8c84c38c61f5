using System.Globalization;
using System.Text.Json;

namespace VoiceGlm.Tools;

/// <summary>Reads the arguments of a call: a model's words, of any type and length.</summary>
internal static class ToolArguments
{
    private const int MaxLength = 8000;

    /// <summary>The first argument of these names that has words; empty for none.</summary>
    public static string Words(this ToolCall call, params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            string value = call.Text(name).Trim();
            if (value.Length > 0) return value.Length <= MaxLength ? value : value[..MaxLength];
        }

        return "";
    }

    /// <summary>A whole number within bounds; the first where there is none.</summary>
    public static int Number(this ToolCall call, string name, int least, int most)
    {
        if (!call.Arguments.TryGetProperty(name, out JsonElement value)) return least;
        int number = value.ValueKind switch
        {
            JsonValueKind.Number when value.TryGetInt32(out int whole) => whole,
            JsonValueKind.String when int.TryParse(value.GetString(), NumberStyles.Integer, CultureInfo.InvariantCulture, out int written) => written,
            _ => least,
        };
        return Math.Clamp(number, least, most);
    }

    /// <summary>Whether an argument is true.</summary>
    public static bool IsTrue(this ToolCall call, string name) =>
        call.Arguments.TryGetProperty(name, out JsonElement value) && (value.ValueKind == JsonValueKind.True || (value.ValueKind == JsonValueKind.String && bool.TryParse(value.GetString(), out bool isTrue) && isTrue));
}
