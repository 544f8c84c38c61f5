using System.Text.Json;

namespace VoiceGlm.Tools.Looking;

/// <summary>Reads where the parts of a page are, whether in parts of its sides, in pixels or in thousandths, nested or not.</summary>
internal static class Layout
{
    private const double Thousandths = 1000;

    /// <summary>The parts of the first page that have a place.</summary>
    /// <param name="reply">The answer of <c>layout_parsing</c>.</param>
    public static IReadOnlyList<Box> Boxes(JsonElement reply)
    {
        List<Box> boxes = [];
        if (!reply.TryGetProperty("layout_details", out JsonElement pages) || pages.ValueKind != JsonValueKind.Array || pages.GetArrayLength() == 0) return boxes;
        JsonElement parts = pages[0].ValueKind == JsonValueKind.Array ? pages[0] : pages;
        (double width, double height) = SizeOf(reply);
        foreach (JsonElement part in parts.EnumerateArray())
        {
            if (part.ValueKind != JsonValueKind.Object || !part.TryGetProperty("bbox_2d", out JsonElement place)) continue;
            List<double> numbers = [];
            Flatten(place, numbers);
            string label = part.TryGetProperty("label", out JsonElement name) && name.ValueKind == JsonValueKind.String ? name.GetString()! : "";
            for (int i = 0; i + 4 <= numbers.Count; i += 4)
            {
                if (Make(numbers.GetRange(i, 4), width, height, label) is { } box) boxes.Add(box);
            }
        }

        return boxes;
    }

    private static Box? Make(List<double> sides, double width, double height, string label)
    {
        (double across, double down) = sides.Max() <= 1 ? (1, 1) : width > 0 && height > 0 ? (width, height) : (Thousandths, Thousandths);
        double left = Part(Math.Min(sides[0], sides[2]), across);
        double right = Part(Math.Max(sides[0], sides[2]), across);
        double top = Part(Math.Min(sides[1], sides[3]), down);
        double bottom = Part(Math.Max(sides[1], sides[3]), down);
        return right > left && bottom > top ? new Box(left, top, right, bottom, label) : null;

        static double Part(double value, double whole) => Math.Clamp(value / whole, 0, 1);
    }

    private static (double Width, double Height) SizeOf(JsonElement reply) =>
        reply.TryGetProperty("data_info", out JsonElement info) && info.TryGetProperty("pages", out JsonElement pages) && pages.ValueKind == JsonValueKind.Array && pages.GetArrayLength() > 0 &&
        pages[0].TryGetProperty("width", out JsonElement width) && pages[0].TryGetProperty("height", out JsonElement height) && width.TryGetDouble(out double across) && height.TryGetDouble(out double down)
            ? (across, down)
            : (0, 0);

    private static void Flatten(JsonElement value, List<double> numbers)
    {
        if (value.ValueKind == JsonValueKind.Number) numbers.Add(value.GetDouble());
        if (value.ValueKind != JsonValueKind.Array) return;
        foreach (JsonElement element in value.EnumerateArray()) Flatten(element, numbers);
    }
}
