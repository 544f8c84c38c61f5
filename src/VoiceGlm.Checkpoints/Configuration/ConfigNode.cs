using System.Globalization;
using System.Text.Json;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace VoiceGlm.Checkpoints;

/// <summary>
/// A mapping of a checkpoint's <c>config.json</c> or <c>config.yaml</c>, read by key. A missing key or a value of another type
/// is a <see cref="ModelLoadException"/> that names file and key.
/// </summary>
internal sealed class ConfigNode
{
    private readonly string _path;
    private readonly Dictionary<string, object?> _values;

    private ConfigNode(string path, Dictionary<string, object?> values)
    {
        _path = path;
        _values = values;
    }

    /// <summary>Reads a JSON file whose root is an object.</summary>
    public static ConfigNode ReadJson(string path)
    {
        if (!File.Exists(path)) throw new ModelLoadException(path, "a JSON configuration", "no such file");
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new ConfigNode(path, FromJson(document.RootElement))
                : throw new ModelLoadException(path, "a JSON object", $"{document.RootElement.ValueKind}");
        }
        catch (JsonException exception)
        {
            throw new ModelLoadException(path, "a JSON configuration", $"text that is not JSON ({exception.Message})", exception);
        }
    }

    /// <summary>
    /// Reads a hyperpyyaml file as data: tags such as <c>!new:</c> and <c>!apply:</c> are not followed, <c>!ref &lt;key&gt;</c> is
    /// replaced by the value of that top-level key.
    /// </summary>
    public static ConfigNode ReadYaml(string path)
    {
        if (!File.Exists(path)) throw new ModelLoadException(path, "a YAML configuration", "no such file");
        var stream = new YamlStream();
        try
        {
            using var reader = new StreamReader(path);
            stream.Load(reader);
        }
        catch (YamlException exception)
        {
            throw new ModelLoadException(path, "a YAML configuration", $"text that is not YAML ({exception.Message})", exception);
        }

        return stream.Documents is [{ RootNode: YamlMappingNode root }, ..]
            ? new ConfigNode(path, FromYaml(root, root))
            : throw new ModelLoadException(path, "a YAML mapping", "another kind of document");
    }

    /// <summary>Whether the key is there with a value other than null.</summary>
    public bool Has(string key) => _values.GetValueOrDefault(key) is not null;

    /// <summary>A nested mapping.</summary>
    public ConfigNode Child(string key) =>
        Value(key) is Dictionary<string, object?> values ? new ConfigNode($"{_path}: {key}", values) : throw Wrong(key, "a mapping");

    /// <summary>An integer.</summary>
    public int Integer(string key) =>
        Value(key) is string text && int.TryParse(text, CultureInfo.InvariantCulture, out int value) ? value : throw Wrong(key, "an integer");

    /// <summary>An integer, or a default where the key is missing.</summary>
    public int Integer(string key, int orElse) => Has(key) ? Integer(key) : orElse;

    /// <summary>A number.</summary>
    public double Number(string key) =>
        Value(key) is string text && double.TryParse(text, CultureInfo.InvariantCulture, out double value) ? value : throw Wrong(key, "a number");

    /// <summary>A number, or a default where the key is missing.</summary>
    public double Number(string key, double orElse) => Has(key) ? Number(key) : orElse;

    /// <summary>A truth value, or a default where the key is missing.</summary>
    public bool Flag(string key, bool orElse) =>
        !Has(key) ? orElse : Value(key) is string text && bool.TryParse(text, out bool value) ? value : throw Wrong(key, "true or false");

    /// <summary>A string.</summary>
    public string Text(string key) => Value(key) as string ?? throw Wrong(key, "a string");

    /// <summary>A string, or a default where the key is missing.</summary>
    public string Text(string key, string orElse) => Has(key) ? Text(key) : orElse;

    /// <summary>A list of integers; a single integer is a list of one.</summary>
    public int[] Integers(string key) => Integers(key, Value(key));

    /// <summary>A list of lists of integers.</summary>
    public int[][] IntegerLists(string key) =>
        Value(key) is List<object?> lists ? [.. lists.Select(list => Integers(key, list))] : throw Wrong(key, "a list of lists of integers");

    /// <summary>A failure at this place, for values that only the caller can judge.</summary>
    public ModelLoadException Wrong(string key, string expected) =>
        new($"{_path}: {key}", expected, Has(key) ? $"{Describe(_values[key])}" : "no such key");

    private int[] Integers(string key, object? value) => value switch
    {
        List<object?> items => [.. items.Select(item =>
            item is string text && int.TryParse(text, CultureInfo.InvariantCulture, out int number) ? number : throw Wrong(key, "a list of integers"))],
        string text when int.TryParse(text, CultureInfo.InvariantCulture, out int number) => [number],
        _ => throw Wrong(key, "a list of integers"),
    };

    private object Value(string key) => _values.GetValueOrDefault(key) ?? throw Wrong(key, "a value");

    private static string Describe(object? value) => value switch
    {
        string text => $"'{text}'",
        List<object?> => "a list",
        _ => "a mapping",
    };

    private static Dictionary<string, object?> FromJson(JsonElement element)
    {
        var values = new Dictionary<string, object?>();
        foreach (JsonProperty property in element.EnumerateObject()) values[property.Name] = ValueOf(property.Value);
        return values;

        static object? ValueOf(JsonElement value) => value.ValueKind switch
        {
            JsonValueKind.Object => FromJson(value),
            JsonValueKind.Array => value.EnumerateArray().Select(ValueOf).ToList(),
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Null => null,
            _ => value.GetRawText(),
        };
    }

    private static Dictionary<string, object?> FromYaml(YamlMappingNode mapping, YamlMappingNode root)
    {
        var values = new Dictionary<string, object?>();
        foreach ((YamlNode key, YamlNode value) in mapping.Children) values[((YamlScalarNode)key).Value ?? ""] = ValueOf(value, root);
        return values;

        static object? ValueOf(YamlNode value, YamlMappingNode root) => value switch
        {
            YamlMappingNode nested => FromYaml(nested, root),
            YamlSequenceNode items => items.Children.Select(item => ValueOf(item, root)).ToList(),
            YamlScalarNode { Tag: { IsEmpty: false, Value: "!ref" } } reference =>
                root.Children.TryGetValue(new YamlScalarNode(reference.Value?.Trim('<', '>')), out YamlNode? target) && target is YamlScalarNode scalar
                    ? scalar.Value
                    : null,
            YamlScalarNode scalar => scalar.Value,
            _ => null,
        };
    }
}
