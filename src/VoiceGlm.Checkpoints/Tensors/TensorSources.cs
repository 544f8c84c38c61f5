namespace VoiceGlm.Checkpoints;

/// <summary>What a conversion reads its weights from: opened when it is planned, closed when all of it is written, or when planning failed.</summary>
internal sealed class TensorSources : IDisposable
{
    private readonly List<TensorSource> _open = [];

    /// <summary>Takes a source that was opened.</summary>
    public TensorSource Keep(TensorSource source)
    {
        _open.Add(source);
        return source;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (TensorSource source in _open) source.Dispose();
    }
}
