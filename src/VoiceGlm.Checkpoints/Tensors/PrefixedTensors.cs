namespace VoiceGlm.Checkpoints;

/// <summary>The tensors of a checkpoint whose names begin with a prefix, named without it.</summary>
internal sealed class PrefixedTensors : TensorSource
{
    private readonly TensorSource _inner;
    private readonly string _prefix;
    private readonly Dictionary<string, TensorInfo> _tensors = [];

    /// <summary>Looks under a prefix. The source is disposed with this view of it.</summary>
    public PrefixedTensors(TensorSource inner, string prefix)
    {
        _inner = inner;
        _prefix = prefix;
        foreach ((string name, TensorInfo info) in inner.Tensors)
        {
            if (!name.StartsWith(prefix, StringComparison.Ordinal)) continue;
            string shortName = name[prefix.Length..];
            _tensors.Add(shortName, info with { Name = shortName });
        }
    }

    /// <inheritdoc/>
    public override string Path => $"{_inner.Path}: {_prefix}*";

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, TensorInfo> Tensors => _tensors;

    /// <inheritdoc/>
    public override void Read(string name, long offset, Span<float> destination) => _inner.Read(_prefix + name, offset, destination);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) _inner.Dispose();
        base.Dispose(disposing);
    }
}
