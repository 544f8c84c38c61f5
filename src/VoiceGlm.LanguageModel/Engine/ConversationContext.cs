using System.Runtime.InteropServices;

namespace VoiceGlm.LanguageModel;

/// <summary>
/// What the model has read and said in one conversation: token ids, and how many of them its keys and values are computed for.
/// One caller at a time changes it; the engine reads <see cref="Evaluated"/> at any time.
/// </summary>
internal sealed class ConversationContext : IDisposable
{
    private readonly KeyValueCache _cache;
    private readonly int _vocabularySize;
    private readonly List<TokenId> _ids = [];
    private volatile int _evaluated;
    private bool _disposed;

    public ConversationContext(KeyValueCache cache, int slot, int vocabularySize)
    {
        _cache = cache;
        Slot = slot;
        _vocabularySize = vocabularySize;
    }

    /// <summary>The conversation's place in the cache.</summary>
    public int Slot { get; }

    /// <summary>All token ids. Valid until the next change.</summary>
    public ReadOnlySpan<TokenId> Ids => CollectionsMarshal.AsSpan(_ids);

    /// <summary>Number of token ids.</summary>
    public int Count => _ids.Count;

    /// <summary>Ids from the first on whose keys and values are in the cache.</summary>
    public int Evaluated => _evaluated;

    /// <summary>Ids that are waiting to be evaluated.</summary>
    public ReadOnlySpan<TokenId> Pending => Ids[_evaluated..];

    /// <summary>Adds ids, to be evaluated later.</summary>
    /// <exception cref="InvalidOperationException">The context would hold more than the model allows. Nothing was added.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An id is not of the vocabulary. Nothing was added.</exception>
    public void Append(params ReadOnlySpan<TokenId> ids)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (ids.Length > _cache.Capacity - Count)
        {
            throw new InvalidOperationException(
                $"The conversation holds {Count} tokens and cannot take {ids.Length} more: its context is {_cache.Capacity} tokens. Rewind it or begin another.");
        }

        foreach (TokenId id in ids)
        {
            if ((uint)id.Value >= (uint)_vocabularySize)
            {
                throw new ArgumentOutOfRangeException(nameof(ids), id.Value, $"Token ids are from 0 to {_vocabularySize - 1}.");
            }
        }

        _ids.AddRange(ids);
    }

    /// <summary>Forgets all but the first <paramref name="count"/> ids. What stays is not computed again.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The context holds fewer ids.</exception>
    public void Rewind(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Count);
        CollectionsMarshal.SetCount(_ids, count);
        _evaluated = Math.Min(_evaluated, count);
    }

    /// <summary>Forgets ids in the middle. What came before them is not computed again, what comes after them is.</summary>
    /// <exception cref="ArgumentException">The context holds fewer ids.</exception>
    public void Remove(int start, int count)
    {
        _ids.RemoveRange(start, count);
        _evaluated = Math.Min(_evaluated, start);
    }

    /// <summary>Has the last id evaluated again, so that its logits can be asked for.</summary>
    /// <exception cref="InvalidOperationException">The context is empty.</exception>
    public void ReopenLast()
    {
        if (Count == 0) throw new InvalidOperationException("An empty conversation cannot be continued: the model needs a prompt.");
        _evaluated = Math.Min(_evaluated, Count - 1);
    }

    /// <summary>Tells that keys and values of the next <paramref name="count"/> ids are in the cache.</summary>
    public void Advance(int count) => _evaluated += count;

    /// <summary>Gives the place in the cache back. No run may be using it.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _cache.Release(this);
    }
}
