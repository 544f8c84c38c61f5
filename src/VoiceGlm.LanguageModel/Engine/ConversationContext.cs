namespace VoiceGlm.LanguageModel;

/// <summary>A conversation with a place in the key and value cache: an id is evaluated when its keys and values are there.</summary>
internal sealed class ConversationContext(KeyValueCache cache, int slot, int vocabularySize) : TokenHistory(cache.Capacity, vocabularySize)
{
    /// <summary>The conversation's place in the cache.</summary>
    public int Slot => slot;

    /// <summary>Has the last id evaluated again, so that its logits can be asked for.</summary>
    /// <exception cref="InvalidOperationException">The context is empty.</exception>
    public void ReopenLast()
    {
        if (Count == 0) throw new InvalidOperationException("An empty conversation cannot be continued: the model needs a prompt.");
        EvaluateAgainFrom(Count - 1);
    }

    /// <inheritdoc/>
    protected override void Release() => cache.Release(this);
}
