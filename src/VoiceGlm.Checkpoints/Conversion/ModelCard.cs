using YamlDotNet.Core;

namespace VoiceGlm.Checkpoints;

/// <summary>What a checkpoint's card, its <c>README.md</c>, tells programs: the YAML between the two lines of three dashes that it begins with.</summary>
/// <param name="License">Licence of the weights, or null.</param>
/// <param name="Examples">What one may say to the model.</param>
/// <remarks>The keys are those of huggingface/hub-docs: <c>license</c>, <c>license_name</c>, and <c>widget</c>, a list of mappings with a <c>text</c>.</remarks>
internal sealed record ModelCard(string? License, IReadOnlyList<string> Examples)
{
    private const string Fence = "---";

    /// <summary>Reads the card of a folder. A card that is missing or tells nothing that can be read is an empty one: it is written for people.</summary>
    public static ModelCard Read(string folder)
    {
        string path = Path.Combine(folder, "README.md");
        if (!File.Exists(path)) return new ModelCard(null, []);
        IEnumerable<string> lines = File.ReadLines(path);
        if (lines.FirstOrDefault()?.Trim() != Fence) return new ModelCard(null, []);
        string matter = string.Join('\n', lines.Skip(1).TakeWhile(static line => line.Trim() != Fence));
        try
        {
            return From(YamlTree.Read(new StringReader(matter)) ?? []);
        }
        catch (YamlException)
        {
            return new ModelCard(null, []);
        }
    }

    private static ModelCard From(Dictionary<string, object?> matter)
    {
        string? license = Text(matter, "license");
        List<object?> widget = matter.GetValueOrDefault("widget") as List<object?> ?? [];
        return new ModelCard(
            license == "other" ? Text(matter, "license_name") ?? license : license,
            [.. widget.OfType<Dictionary<string, object?>>().Select(static example => Text(example, "text")).OfType<string>()]);
    }

    private static string? Text(Dictionary<string, object?> values, string key) => values.GetValueOrDefault(key) is ConfigScalar { Text.Length: > 0 } scalar ? scalar.Text : null;
}
