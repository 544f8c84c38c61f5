using System.Globalization;
using System.Text.Json;
using YamlDotNet.Core;

namespace VoiceGlm.Checkpoints;

/// <summary>
/// A mapping of a checkpoint's <c>config.json</c> or <c>config.yaml</c>, read by key. A missing key or a value of another type
/// is a <see cref="ModelLoadException"/> that names file and key.
/// </summary>
internal sealed class ConfigNode
{
    private const int MaxFileBytes = 1 << 26;
    private const int MaxReferences = 16;

    private readonly string _path;
    private readonly Dictionary<string, object?> _root;
    private readonly Dictionary<string, object?> _values;

    private ConfigNode(string path, Dictionary<string, object?> root, Dictionary<string, object?> values)
    {
        _path = path;
        _root = root;
        _values = values;
    }

    /// <summary>Its keys, in the file's order.</summary>
    public IReadOnlyCollection<string> Keys => _values.Keys;

    /// <summary>Reads a JSON file whose root is an object.</summary>
    public static ConfigNode ReadJson(string path)
    {
        byte[] bytes = RandomAccessFile.ReadAll(path, MaxFileBytes);
        try
        {
            using JsonDocument document = JsonDocument.Parse(bytes, new JsonDocumentOptions { AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind != JsonValueKind.Object) throw new ModelLoadException(path, "a JSON object", $"{document.RootElement.ValueKind}");
            Dictionary<string, object?> root = FromJson(document.RootElement);
            return new ConfigNode(path, root, root);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The second is what a string that is not Unicode throws.
            throw new ModelLoadException(path, "a JSON configuration", $"text that is not JSON ({exception.Message.TrimEnd('.')})", exception);
        }
    }

    /// <summary>
    /// Reads a hyperpyyaml file as data: tags such as <c>!new:</c> and <c>!apply:</c> are not followed, <c>!ref &lt;key&gt;</c> is
    /// the value of that top-level key.
    /// </summary>
    public static ConfigNode ReadYaml(string path)
    {
        using var reader = new StreamReader(new MemoryStream(RandomAccessFile.ReadAll(path, MaxFileBytes)));
        try
        {
            Dictionary<string, object?> root = YamlTree.Read(reader) ?? throw new ModelLoadException(path, "a YAML mapping", "another kind of document");
            return new ConfigNode(path, root, root);
        }
        catch (YamlException exception)
        {
            throw new ModelLoadException(path, "a YAML configuration", $"text that is not YAML ({exception.Start}: {exception.Message.TrimEnd('.')})", exception);
        }
    }

    /// <summary>Whether the key is there with a value other than null.</summary>
    public bool Has(string key) => Find(key) is not null;

    /// <summary>A nested mapping.</summary>
    public ConfigNode Child(string key) =>
        Value(key) is Dictionary<string, object?> values ? new ConfigNode($"{_path}: {key}", _root, values) : throw Wrong(key, "a mapping");

    /// <summary>An integer.</summary>
    public int Integer(string key) => ToInteger(Value(key)) ?? throw Wrong(key, "an integer");

    /// <summary>An integer, or a default where the key is missing.</summary>
    public int Integer(string key, int orElse) => Has(key) ? Integer(key) : orElse;

    /// <summary>A finite number.</summary>
    public double Number(string key) =>
        Value(key) is ConfigScalar { Kind: not ConfigScalar.Kinds.Quoted } scalar
        && double.TryParse(scalar.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value)
            ? value
            : throw Wrong(key, "a number");

    /// <summary>A finite number, or a default where the key is missing.</summary>
    public double Number(string key, double orElse) => Has(key) ? Number(key) : orElse;

    /// <summary>A truth value, or a default where the key is missing.</summary>
    public bool Flag(string key, bool orElse) => Find(key) switch
    {
        null => orElse,
        ConfigScalar { Kind: not ConfigScalar.Kinds.Quoted } scalar when bool.TryParse(scalar.Text, out bool value) => value,
        _ => throw Wrong(key, "true or false"),
    };

    /// <summary>A string.</summary>
    public string Text(string key) => Value(key) is ConfigScalar { Kind: not ConfigScalar.Kinds.Literal } scalar ? scalar.Text : throw Wrong(key, "a string");

    /// <summary>A string, or a default where the key is missing.</summary>
    public string Text(string key, string orElse) => Has(key) ? Text(key) : orElse;

    /// <summary>A list of integers; a single integer is a list of one.</summary>
    public int[] Integers(string key) => ToIntegers(Value(key)) ?? throw Wrong(key, "a list of integers");

    /// <summary>A list of lists of integers.</summary>
    public int[][] IntegerLists(string key) =>
        Value(key) is List<object?> lists
            ? [.. lists.Select(list => ToIntegers(Resolve(list)) ?? throw Wrong(key, "a list of lists of integers"))]
            : throw Wrong(key, "a list of lists of integers");

    /// <summary>A failure at this place, for values that only the caller can judge.</summary>
    public ModelLoadException Wrong(string key, string expected) => new($"{_path}: {key}", expected, Describe(key));

    private object? Find(string key) => Resolve(_values.GetValueOrDefault(key));

    private object Value(string key) => Find(key) ?? throw Wrong(key, "a value");

    private object? Resolve(object? value)
    {
        for (int i = 0; i < MaxReferences && value is ConfigReference reference; i++) value = _root.GetValueOrDefault(reference.Key);
        return value is ConfigReference ? null : value;
    }

    private int[]? ToIntegers(object? value)
    {
        if (value is not List<object?> items) return ToInteger(value) is int single ? [single] : null;
        var integers = new int[items.Count];
        for (int i = 0; i < integers.Length; i++)
        {
            if (ToInteger(Resolve(items[i])) is not int integer) return null;
            integers[i] = integer;
        }

        return integers;
    }

    private static int? ToInteger(object? value) =>
        value is ConfigScalar { Kind: not ConfigScalar.Kinds.Quoted } scalar
        && int.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int integer)
            ? integer
            : null;

    private string Describe(string key) => _values.GetValueOrDefault(key) switch
    {
        null => _values.ContainsKey(key) ? "nothing" : "no such key",
        ConfigReference reference when Find(key) is null => $"a reference to '{reference.Key}', which is not there",
        _ => Find(key) switch
        {
            ConfigScalar { Text.Length: <= 100 } scalar => $"'{scalar.Text}'",
            ConfigScalar scalar => $"'{scalar.Text[..100]}…'",
            List<object?> => "a list",
            _ => "a mapping",
        },
    };

    private static Dictionary<string, object?> FromJson(JsonElement element)
    {
        var values = new Dictionary<string, object?>();
        foreach (JsonProperty property in element.EnumerateObject()) values.Add(property.Name, ValueOf(property.Value));
        return values;

        static object? ValueOf(JsonElement value) => value.ValueKind switch
        {
            JsonValueKind.Object => FromJson(value),
            JsonValueKind.Array => value.EnumerateArray().Select(ValueOf).ToList(),
            JsonValueKind.String => new ConfigScalar(value.GetString()!, ConfigScalar.Kinds.Quoted),
            JsonValueKind.Null => null,
            _ => new ConfigScalar(value.GetRawText(), ConfigScalar.Kinds.Literal),
        };
    }
}
