namespace VoiceGlm.Checkpoints;

/// <summary>Which files of a published checkpoint a conversion reads. Stateless.</summary>
public static class CheckpointFiles
{
    private static readonly string[] s_others =
        ["README.md", "config.json", "config.yaml", "generation_config.json", "preprocessor_config.json", "tokenizer.model", "tokenizer_config.json"];

    /// <summary>Picks what a conversion reads: configurations, the tokenizer, the card with the licence, and the weights in one format where there are several.</summary>
    /// <param name="names">Names of the files at the top of a repository.</param>
    /// <returns>Some of <paramref name="names"/>, each a plain file name, in ordinal order.</returns>
    public static IReadOnlyList<string> Select(IEnumerable<string> names)
    {
        // A name comes from a stranger and may not point out of its folder.
        HashSet<string> there = [.. names.Where(static name => name.AsSpan().IndexOfAny("/\\:\0") < 0)];
        HashSet<string> wanted = [.. s_others];
        foreach (string[] alternatives in (string[][])[Weights, Network("flow"), Network("hift")])
        {
            if (Array.Find(alternatives, there.Contains) is not { } found) continue;
            wanted.Add(found);
            if (ShardsOf(found) is var (prefix, extension)) wanted.UnionWith(there.Where(name => name.StartsWith(prefix, StringComparison.Ordinal) && name.EndsWith(extension, StringComparison.Ordinal)));
        }

        return [.. there.Where(wanted.Contains).Order(StringComparer.Ordinal)];
    }

    /// <summary>Whether a file that <see cref="Select"/> picked holds weights, or is the index of those that do.</summary>
    public static bool IsWeights(string name) => !s_others.Contains(name);

    /// <summary>The weights of a Hugging Face model, the first that is there: one file, or the index of several.</summary>
    internal static string[] Weights { get; } = ["model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json"];

    /// <summary>The weights of a speech decoder's network, the first that is there: published as torch state dicts; the same names in safetensors are as good.</summary>
    internal static string[] Network(string network) => [network + ".pt", network + ".safetensors"];

    // transformers names them model-00001-of-00004.safetensors beside model.safetensors.index.json.
    private static (string Prefix, string Extension)? ShardsOf(string index)
    {
        const string Suffix = ".index.json";
        if (!index.EndsWith(Suffix, StringComparison.Ordinal)) return null;
        string whole = index[..^Suffix.Length];
        return (Path.GetFileNameWithoutExtension(whole) + "-", Path.GetExtension(whole));
    }
}
