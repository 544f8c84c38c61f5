using System.Globalization;
using System.Text.Json;
using Spectre.Console;
using VoiceGlm.Inference;

namespace VoiceGlm.Cli;

/// <summary>Describes a model folder, for people or machines.</summary>
internal static class ModelDescription
{
    private const int LongestMapping = 16;

    private static readonly (string Key, string Name)[] s_parts =
        [("speechTokenizer", "speech-tokenizer"), ("languageModel", "language-model"), ("speechDecoder", "speech-decoder")];

    public static void Write(Terminal terminal, ModelFolder model, bool json)
    {
        ModelManifest manifest = model.Manifest;
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(model.PathOf(ModelManifest.FileName)));
        List<(string Name, JsonElement Numbers)> parts = [];
        foreach ((string key, string name) in s_parts)
        {
            if (document.RootElement.TryGetProperty(key, out JsonElement numbers)) parts.Add((name, numbers));
        }

        string folder = Path.GetFullPath(model.Path);
        long bytes = manifest.Files.Sum(static file => file.Bytes);
        if (json)
        {
            terminal.WriteJson(
                new ModelResult(
                    manifest.Name, folder, manifest.Revision, manifest.License, bytes,
                    [.. parts.Select(static part => part.Name)], [.. manifest.Graphs.Keys.Order()]),
                CliJsonContext.Default.ModelResult);
            return;
        }

        Table table = new Table().Border(TableBorder.Rounded).HideHeaders().AddColumns("", "");
        Add(table, "model", manifest.Name);
        Add(table, "folder", folder);
        Add(table, "revision", manifest.Revision);
        Add(table, "licence", manifest.License);
        Add(table, "size", string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:N1} MB in {manifest.Files.Count} files"));
        if (manifest.LanguageModel?.Quantization is { Errors.Count: > 0 } rounded) Add(table, "rounded", Describe(rounded));
        foreach ((string name, JsonElement numbers) in parts) Add(table, name, string.Join('\n', Lines("", numbers)));
        Add(table, "graphs", string.Join('\n', manifest.Graphs.Keys.Order()));
        terminal.Output.Write(table);
    }

    private static string Describe(QuantizationManifest rounded)
    {
        (string worst, double most) = rounded.Errors.MaxBy(static error => error.Value);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{rounded.Bits} bits, the head {rounded.HeadBits}, in blocks of {rounded.BlockSize}; {rounded.Errors.Values.Average():P1} off on average, {most:P1} at most ({worst})");
    }

    private static IEnumerable<string> Lines(string prefix, JsonElement mapping) => mapping.EnumerateObject().SelectMany(property =>
    {
        if (property.Value.ValueKind != JsonValueKind.Object) return [$"{prefix}{property.Name}: {property.Value.GetRawText()}"];
        int count = property.Value.EnumerateObject().Count();
        return count > LongestMapping ? [$"{prefix}{property.Name}: {count} entries"] : Lines($"{prefix}{property.Name}.", property.Value);
    });

    private static void Add(Table table, string name, string value) => table.AddRow(new Text(name), new Text(value));
}
