using System.Globalization;

namespace VoiceGlm.Checkpoints;

/// <summary>The tokens that a tokenizer has besides its ranks: <c>added_tokens_decoder</c> of <c>tokenizer_config.json</c>.</summary>
/// <remarks>Hugging Face transformers matches all of them in raw text before anything is split, whether they are marked special or not.</remarks>
internal sealed class TokenizerConfig
{
    private readonly string _path;
    private readonly Dictionary<string, int> _addedTokens = [];

    private TokenizerConfig(string path) => _path = path;

    /// <summary>Ids by text, such as <c>&lt;|user|&gt;</c>.</summary>
    public IReadOnlyDictionary<string, int> AddedTokens => _addedTokens;

    /// <summary>Reads a file.</summary>
    /// <exception cref="ModelLoadException">The file is missing or malformed, an id is no number, or a text is there twice.</exception>
    public static TokenizerConfig Read(string path)
    {
        var config = new TokenizerConfig(path);
        ConfigNode decoder = ConfigNode.ReadJson(path).Child("added_tokens_decoder");
        var ids = new HashSet<int>();
        foreach (string key in decoder.Keys)
        {
            ConfigNode token = decoder.Child(key);
            if (!int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out int id) || !ids.Add(id))
            {
                throw decoder.Wrong(key, "a key that is an id of its own");
            }

            string text = token.Text("content");
            if (text.Length == 0 || !config._addedTokens.TryAdd(text, id)) throw token.Wrong("content", "a text of its own");
        }

        return config;
    }

    /// <summary>Checks that no added token has the id of a rank or one that the model does not have.</summary>
    /// <param name="rankCount">Ids below this are ranks.</param>
    /// <param name="vocabularySize">Ids from this on are not in the model.</param>
    /// <exception cref="ModelLoadException">One has.</exception>
    public void RequireIds(int rankCount, int vocabularySize)
    {
        foreach ((string text, int id) in _addedTokens)
        {
            if (id < rankCount || id >= vocabularySize) throw new ModelLoadException($"{_path}: {text}", $"an id from {rankCount} to {vocabularySize - 1}", $"{id}");
        }
    }
}
