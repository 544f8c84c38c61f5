namespace VoiceGlm.Checkpoints;

/// <summary>A dict of a pickle. It costs little until it has an item: a hostile pickle makes millions of empty ones.</summary>
internal sealed class TorchDictionary
{
    private Dictionary<string, object?>? _items;

    /// <summary>The items, in the order of their keys' first assignment.</summary>
    public IEnumerable<KeyValuePair<string, object?>> Items => _items ?? [];

    /// <summary>Sets an item.</summary>
    public object? this[string key]
    {
        set => (_items ??= [])[key] = value;
    }
}
