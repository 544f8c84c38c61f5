using System.Globalization;
using System.Text;
using Microsoft.ML.Tokenizers;
using VoiceGlm.Inference;

namespace VoiceGlm.LanguageModel;

/// <summary>Text to token ids and back (reference: glm-4-voice-9b <c>tokenization_chatglm.py</c>). Thread-safe.</summary>
public sealed class GlmTokenizer
{
    private readonly TiktokenTokenizer _pieces;
    private readonly byte[]?[] _bytes;
    private readonly SpecialTokenTable _specials;

    private GlmTokenizer(TiktokenTokenizer pieces, byte[]?[] bytes, SpecialTokenTable specials)
    {
        _pieces = pieces;
        _bytes = bytes;
        _specials = specials;
    }

    /// <summary>Ids of a text in which the names of special tokens stand for them, as in a prompt.</summary>
    public TokenId[] Encode(string text)
    {
        var ids = new List<TokenId>();
        ReadOnlySpan<char> rest = text;
        while (true)
        {
            (int start, int length, int id) = _specials.Find(rest);
            EncodePieces(start < 0 ? rest : rest[..start], ids);
            if (start < 0) return [.. ids];
            ids.Add(new TokenId(id));
            rest = rest[(start + length)..];
        }
    }

    /// <summary>Ids of a text as it is: a name of a special token in it is only text. What users write is encoded so.</summary>
    public TokenId[] EncodePlain(string text)
    {
        var ids = new List<TokenId>();
        EncodePieces(text, ids);
        return [.. ids];
    }

    /// <summary>The text of ids; special tokens by their names. Bytes that are no UTF-8 become U+FFFD, ids that stand for nothing become nothing.</summary>
    public string Decode(params ReadOnlySpan<TokenId> ids)
    {
        var text = new StringBuilder();
        var bytes = new List<byte>();
        foreach (TokenId id in ids)
        {
            if (_specials.TryGetName(id.Value, out string name))
            {
                Flush();
                text.Append(name);
            }

            bytes.AddRange(BytesOf(id));
        }

        Flush();
        return text.ToString();

        void Flush()
        {
            text.Append(Encoding.UTF8.GetString(bytes.ToArray()));
            bytes.Clear();
        }
    }

    /// <summary>The UTF-8 bytes of a text token, which may begin or end inside a character; empty for any other id.</summary>
    public ReadOnlySpan<byte> BytesOf(TokenId id) => (uint)id.Value < (uint)_bytes.Length ? _bytes[id.Value] : [];

    /// <summary>Id of a special token.</summary>
    /// <exception cref="ArgumentException">The model has no such token.</exception>
    public TokenId SpecialToken(string name) => _specials.TryGetId(name, out int id)
        ? new TokenId(id)
        : throw new ArgumentException($"The model has no special token '{name}'.", nameof(name));

    /// <summary>Reads the ranks of a model folder.</summary>
    /// <exception cref="ModelLoadException">The file is not one of tiktoken ranks.</exception>
    internal static GlmTokenizer Load(ModelFolder model, LanguageModelManifest manifest) =>
        Load(model.PathOf(manifest.TokenizerFile), new SpecialTokenTable(manifest.SpecialTokens, SpeechVocabulary.From(manifest)));

    /// <summary>Reads a file of ranks.</summary>
    /// <exception cref="ModelLoadException">The file is missing, or is not one of tiktoken ranks.</exception>
    internal static GlmTokenizer Load(string path, SpecialTokenTable specials)
    {
        if (!File.Exists(path)) throw new ModelLoadException(path, "tiktoken ranks", "no such file");
        try
        {
            using FileStream stream = File.OpenRead(path);
            return new GlmTokenizer(TiktokenTokenizer.Create(stream, new GlmPreTokenizer(), normalizer: null), ReadBytes(path), specials);
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException or InvalidOperationException or IndexOutOfRangeException)
        {
            throw new ModelLoadException(path, "tiktoken ranks: a base64 token and its rank on every line", $"another layout ({exception.Message})", exception);
        }
    }

    private static byte[]?[] ReadBytes(string path)
    {
        var tokens = new List<(int Rank, byte[] Bytes)>();
        foreach (string line in File.ReadLines(path))
        {
            int space = line.IndexOf(' ', StringComparison.Ordinal);
            if (space < 0) continue;
            tokens.Add((int.Parse(line.AsSpan(space + 1), CultureInfo.InvariantCulture), Convert.FromBase64String(line[..space])));
        }

        var bytes = new byte[]?[tokens.Max(static token => token.Rank) + 1];
        foreach ((int rank, byte[] token) in tokens) bytes[rank] = token;
        return bytes;
    }

    private void EncodePieces(ReadOnlySpan<char> text, List<TokenId> ids)
    {
        if (text.IsEmpty) return;
        foreach (int id in _pieces.EncodeToIds(text)) ids.Add(new TokenId(id));
    }
}
