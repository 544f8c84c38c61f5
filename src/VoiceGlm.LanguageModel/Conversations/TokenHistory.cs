using System.Runtime.InteropServices;

namespace VoiceGlm.LanguageModel;

/// <summary>
/// What was read and said in one conversation: token ids, and how many of them what continues them has evaluated already. One caller at a
/// time changes it; <see cref="Evaluated"/> may be read at any time.
/// </summary>
/// <param name="capacity">Ids that it may hold.</param>
/// <param name="vocabularySize">Ids are from 0 up to this.</param>
internal class TokenHistory(int capacity, int vocabularySize) : IDisposable
{
    private readonly List<TokenId> _ids = [];
    private volatile int _evaluated;
    private bool _disposed;

    /// <summary>Ids that it may hold.</summary>
    public int Capacity => capacity;

    /// <summary>All token ids. Valid until the next change.</summary>
    public ReadOnlySpan<TokenId> Ids => CollectionsMarshal.AsSpan(_ids);

    /// <summary>Number of token ids.</summary>
    public int Count => _ids.Count;

    /// <summary>Ids from the first on that need not be evaluated again.</summary>
    public int Evaluated => _evaluated;

    /// <summary>Ids that are waiting to be evaluated.</summary>
    public ReadOnlySpan<TokenId> Pending => Ids[_evaluated..];

    /// <summary>Adds ids, to be evaluated later.</summary>
    /// <exception cref="InvalidOperationException">The history would hold more than the model allows. Nothing was added.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An id is not of the vocabulary. Nothing was added.</exception>
    public void Append(params ReadOnlySpan<TokenId> ids)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        RequireRoom(ids.Length);
        foreach (TokenId id in ids)
        {
            if ((uint)id.Value >= (uint)vocabularySize)
            {
                throw new ArgumentOutOfRangeException(nameof(ids), id.Value, $"Token ids are from 0 to {vocabularySize - 1}.");
            }
        }

        _ids.AddRange(ids);
    }

    /// <summary>Checks that so many ids more may be held.</summary>
    /// <exception cref="InvalidOperationException">The history would hold more than the model allows.</exception>
    public void RequireRoom(int count)
    {
        if (count <= capacity - Count) return;
        throw new InvalidOperationException(
            $"The conversation holds {Count} tokens and cannot take {count} more: its context is {capacity} tokens. Rewind it or begin another.");
    }

    /// <summary>Forgets all but the first <paramref name="count"/> ids. What stays is not evaluated again.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The history holds fewer ids.</exception>
    public void Rewind(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Count);
        CollectionsMarshal.SetCount(_ids, count);
        EvaluateAgainFrom(count);
    }

    /// <summary>Forgets ids in the middle. What came before them is not evaluated again, what comes after them is.</summary>
    /// <exception cref="ArgumentException">The history holds fewer ids.</exception>
    public void Remove(int start, int count)
    {
        _ids.RemoveRange(start, count);
        EvaluateAgainFrom(start);
    }

    /// <summary>Puts other ids in the place of the first ones. What is the same at the beginning of both is not evaluated again, all else is.</summary>
    /// <returns>Whether it was done; not where the history would hold more than the model allows.</returns>
    public bool ReplaceFirst(int count, ReadOnlySpan<TokenId> ids)
    {
        if (ids.Length - count > capacity - Count) return false;
        int same = Ids[..count].CommonPrefixLength(ids);
        if (same == count && same == ids.Length) return true;
        _ids.RemoveRange(same, count - same);
        _ids.InsertRange(same, ids[same..]);
        EvaluateAgainFrom(same);
        return true;
    }

    /// <summary>Has the ids from a place on evaluated again, whether they were or not.</summary>
    public void EvaluateAgainFrom(int start) => _evaluated = Math.Min(_evaluated, start);

    /// <summary>Tells that the next <paramref name="count"/> ids are evaluated.</summary>
    public void Advance(int count) => _evaluated += count;

    /// <summary>Ends the conversation. What continues it may not be at work on it.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        Release();
    }

    /// <summary>Gives back what the history holds of whatever continues it.</summary>
    protected virtual void Release()
    {
    }
}
