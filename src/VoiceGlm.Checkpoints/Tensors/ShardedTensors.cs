namespace VoiceGlm.Checkpoints;

/// <summary>A checkpoint in several files, with an index that names the file of each tensor.</summary>
/// <remarks>Hugging Face transformers: <c>model.safetensors.index.json</c>, <c>pytorch_model.bin.index.json</c>.</remarks>
public sealed class ShardedTensors : TensorSource
{
    private readonly Dictionary<string, TensorSource> _shards = [];
    private readonly Dictionary<string, TensorSource> _shardOf = [];
    private readonly Dictionary<string, TensorInfo> _tensors = [];

    /// <summary>Opens an index and the files that it names, which lie beside it.</summary>
    /// <exception cref="ModelLoadException">The index or a file is missing or malformed, or a tensor is not in the file that the index names.</exception>
    public ShardedTensors(string path)
    {
        Path = path;
        try
        {
            ConfigNode map = ConfigNode.ReadJson(path).Child("weight_map");
            foreach (string name in map.Keys) Add(name, map.Text(name), map);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override string Path { get; }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, TensorInfo> Tensors => _tensors;

    /// <inheritdoc/>
    public override void Read(string name, long offset, Span<float> destination)
    {
        if (!_shardOf.TryGetValue(name, out TensorSource? shard)) throw new ModelLoadException($"{Path}: {name}", "a tensor", "no such tensor");
        shard.Read(name, offset, destination);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (TensorSource shard in _shards.Values) shard.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Add(string name, string file, ConfigNode map)
    {
        if (!_shards.TryGetValue(file, out TensorSource? shard))
        {
            // An index comes from a stranger and may not point out of its folder.
            if (file.AsSpan().IndexOfAny("/\\:\0") >= 0 || file is "" or "." or "..") throw map.Wrong(name, "the name of a file in the same folder");
            shard = OpenFile(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(Path) ?? "", file));
            _shards.Add(file, shard);
        }

        if (!shard.Tensors.TryGetValue(name, out TensorInfo? info))
        {
            throw new ModelLoadException($"{shard.Path}: {name}", $"the tensor that {Path} says is here", "no such tensor");
        }

        _tensors.Add(name, info);
        _shardOf.Add(name, shard);
    }
}
