using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace VoiceGlm.Checkpoints;

/// <summary>
/// Reads the mapping of a YAML document into dictionaries, lists, <see cref="ConfigScalar"/>, <see cref="ConfigReference"/> and null. Tags are not followed.
/// An alias is the same object as its anchor, so aliases of aliases cost nothing.
/// </summary>
internal sealed class YamlTree
{
    private const int MaxDepth = 64;

    private readonly Parser _parser;
    private readonly Dictionary<AnchorName, object?> _anchors = [];

    private YamlTree(TextReader reader) => _parser = new Parser(reader);

    /// <summary>Reads the first document, or null where it is no mapping.</summary>
    /// <exception cref="YamlException">The text is not YAML, nests too deeply, or has an anchor or key that makes no sense.</exception>
    public static Dictionary<string, object?>? Read(TextReader reader)
    {
        var tree = new YamlTree(reader);
        return tree.Next() is StreamStart && tree.Next() is DocumentStart ? tree.ReadNode(tree.Next(), depth: 0) as Dictionary<string, object?> : null;
    }

    private ParsingEvent Next()
    {
        try
        {
            return _parser.MoveNext() ? _parser.Current! : throw new YamlException("The text ends too early.");
        }
        catch (Exception exception) when (exception is not (YamlException or OutOfMemoryException))
        {
            // Some malformed text trips YamlDotNet's scanner itself.
            Mark at = _parser.Current?.End ?? Mark.Empty;
            throw new YamlException(at, at, "Text that cannot be parsed.", exception);
        }
    }

    private object? ReadNode(ParsingEvent node, int depth)
    {
        if (depth > MaxDepth) throw Wrong(node, $"Nested deeper than {MaxDepth}.");
        if (node is AnchorAlias alias) return _anchors.TryGetValue(alias.Value, out object? target) ? target : throw Wrong(node, $"No anchor '{alias.Value}' before.");
        object? value = node switch
        {
            MappingStart => ReadMapping(depth),
            SequenceStart => ReadSequence(depth),
            Scalar scalar => ReadScalar(scalar),
            _ => throw Wrong(node, "Not a value."),
        };
        if (node is NodeEvent { Anchor: { IsEmpty: false } anchor }) _anchors[anchor] = value;
        return value;
    }

    private Dictionary<string, object?> ReadMapping(int depth)
    {
        var values = new Dictionary<string, object?>();
        for (ParsingEvent key = Next(); key is not MappingEnd; key = Next())
        {
            if (key is not Scalar { Value: string name }) throw Wrong(key, "A key that is not a word.");
            if (!values.TryAdd(name, ReadNode(Next(), depth + 1))) throw Wrong(key, $"The key '{name}' is there twice.");
        }

        return values;
    }

    private List<object?> ReadSequence(int depth)
    {
        var values = new List<object?>();
        for (ParsingEvent item = Next(); item is not SequenceEnd; item = Next()) values.Add(ReadNode(item, depth + 1));
        return values;
    }

    private static object? ReadScalar(Scalar scalar)
    {
        if (scalar.Tag is { IsEmpty: false, Value: "!ref" }) return new ConfigReference(scalar.Value.Trim('<', '>'));
        if (scalar.Style != ScalarStyle.Plain) return new ConfigScalar(scalar.Value, ConfigScalar.Kinds.Quoted);
        return scalar.Value is "" or "~" or "null" or "Null" or "NULL" ? null : new ConfigScalar(scalar.Value, ConfigScalar.Kinds.Plain);
    }

    private static YamlException Wrong(ParsingEvent at, string message) => new(at.Start, at.End, message);
}
