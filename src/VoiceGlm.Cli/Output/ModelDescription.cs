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
        foreach ((string part, QuantizationManifest? rounded) in (ReadOnlySpan<(string, QuantizationManifest?)>)
            [("speech-tokenizer", manifest.SpeechTokenizer?.Quantization), ("language-model", manifest.LanguageModel?.Quantization), ("speech-decoder", manifest.SpeechDecoder?.Quantization)])
        {
            if (rounded is not null) Add(table, $"rounded {part}", Describe(rounded));
        }

        foreach ((string name, JsonElement numbers) in parts) Add(table, name, string.Join('\n', Lines("", numbers)));
        Add(table, "graphs", string.Join('\n', manifest.Graphs.Keys.Order()));
        terminal.Output.Write(table);
    }

    private static string Describe(QuantizationManifest rounded)
    {
        string head = rounded.Head is { } kept && kept != rounded.Weights ? $", the head {kept}" : "";
        string blocks = rounded.Weights.StartsWith("int", StringComparison.Ordinal) ? string.Create(CultureInfo.InvariantCulture, $", in blocks of {rounded.BlockSize}") : "";
        string computed = rounded.ComputesInHalf ? ", computed in fp16" : "";
        return $"{rounded.Weights}{head}{blocks}{computed}{DescribeErrors(rounded.Errors)}{DescribeProbe(rounded.Probe)}";
    }

    private static string DescribeErrors(IReadOnlyDictionary<string, double> errors)
    {
        if (errors.Count == 0) return "";
        (string worst, double most) = errors.MaxBy(static error => error.Value);
        return string.Create(CultureInfo.InvariantCulture, $"; matrices {errors.Values.Average():P2} off on average, {most:P2} at most ({worst})");
    }

    private static string DescribeProbe(ProbeManifest? probe) => probe switch
    {
        null => "",
        _ => string.Create(CultureInfo.InvariantCulture, $"; logits of {probe.Tokens} tokens {probe.LogitError:P2} off, the same choice after {probe.SameChoice:P0}"),
    };

    private static IEnumerable<string> Lines(string prefix, JsonElement mapping) => mapping.EnumerateObject().SelectMany(property =>
    {
        if (property.Value.ValueKind != JsonValueKind.Object) return [$"{prefix}{property.Name}: {property.Value.GetRawText()}"];
        int count = property.Value.EnumerateObject().Count();
        return count > LongestMapping ? [$"{prefix}{property.Name}: {count} entries"] : Lines($"{prefix}{property.Name}.", property.Value);
    });

    private static void Add(Table table, string name, string value) => table.AddRow(new Text(name), new Text(value));
}
