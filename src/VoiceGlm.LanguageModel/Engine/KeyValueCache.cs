using VoiceGlm.Inference;

namespace VoiceGlm.LanguageModel;

/// <summary>
/// Keys and values of all conversations: for each layer one buffer of shape [slots, key/value heads, rows, head size], in which
/// a conversation has a slot. Slots that follow one another are a batch without copying. Renting and releasing is thread-safe.
/// </summary>
/// <remarks>Memory is committed by the operating system where it is first written, so long contexts cost nothing until they are used.</remarks>
internal sealed class KeyValueCache : IDisposable
{
    private readonly Lock _lock = new();
    private readonly ConversationContext?[] _slots;
    private readonly KeyValueShape _shape;
    private readonly Tensor[] _keys;
    private readonly Tensor[] _values;
    private readonly string _reason;

    /// <summary>Makes the buffers.</summary>
    /// <param name="shape">What a conversation takes.</param>
    /// <param name="slots">Conversations that can be held at once.</param>
    /// <param name="graph">The graph that reads and writes them.</param>
    /// <param name="reason">Why there are no more slots, for who finds them taken.</param>
    public KeyValueCache(KeyValueShape shape, int slots, Graph graph, string reason)
    {
        _reason = reason;
        _shape = shape;
        _slots = new ConversationContext?[slots];
        _keys = new Tensor[shape.Layers];
        _values = new Tensor[shape.Layers];
        for (int layer = 0; layer < shape.Layers; layer++)
        {
            _keys[layer] = Make();
            _values[layer] = Make();
        }

        Tensor Make() => shape.InHalf
            ? graph.CreateTensor<Half>(slots, shape.Heads, shape.Rows, shape.HeadSize)
            : graph.CreateTensor<float>(slots, shape.Heads, shape.Rows, shape.HeadSize);
    }

    /// <summary>Tokens that a conversation may hold.</summary>
    public int Capacity => _shape.Capacity;

    /// <summary>Number of slots.</summary>
    public int SlotCount => _slots.Length;

    /// <summary>Number of layers.</summary>
    public int Layers => _keys.Length;

    /// <summary>Takes the lowest free slot, so that batches stay dense.</summary>
    /// <exception cref="InvalidOperationException">All slots are taken.</exception>
    public ConversationContext Rent(int vocabularySize)
    {
        lock (_lock)
        {
            int slot = Array.IndexOf(_slots, null);
            return slot >= 0
                ? _slots[slot] = new ConversationContext(this, slot, vocabularySize)
                : throw new InvalidOperationException($"All {SlotCount} places for conversations are taken; {_reason}.");
        }
    }

    /// <summary>Frees a slot.</summary>
    public void Release(ConversationContext context)
    {
        lock (_lock) _slots[context.Slot] = null;
    }

    /// <summary>Number of rows of a slot that hold something.</summary>
    public int LengthOf(int slot) => Volatile.Read(ref _slots[slot])?.Evaluated ?? 0;

    /// <summary>A layer's keys in a range of slots, as a view that the caller disposes.</summary>
    public Tensor Keys(int layer, int firstSlot, int count) => View(_keys[layer], firstSlot, count);

    /// <summary>A layer's values in a range of slots, as a view that the caller disposes.</summary>
    public Tensor Values(int layer, int firstSlot, int count) => View(_values[layer], firstSlot, count);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor tensor in (ReadOnlySpan<Tensor>)[.. _keys, .. _values]) tensor.Dispose();
    }

    private Tensor View(Tensor buffer, int firstSlot, int count)
    {
        long offset = firstSlot * _shape.SlotElements;
        return _shape.InHalf
            ? buffer.View<Half>(offset, count, _shape.Heads, _shape.Rows, _shape.HeadSize)
            : buffer.View<float>(offset, count, _shape.Heads, _shape.Rows, _shape.HeadSize);
    }
}
