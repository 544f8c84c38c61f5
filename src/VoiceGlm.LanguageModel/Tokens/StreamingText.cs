using System.Text;

namespace VoiceGlm.LanguageModel;

/// <summary>Text that arrives token by token. Bytes of a character that is not whole yet are held. Not thread-safe.</summary>
public sealed class StreamingText(GlmTokenizer tokenizer)
{
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private char[] _characters = new char[64];

    /// <summary>Takes the next token.</summary>
    /// <returns>The characters that became whole; empty where there are none.</returns>
    public string Append(TokenId id)
    {
        ReadOnlySpan<byte> bytes = tokenizer.BytesOf(id);
        if (bytes.IsEmpty) return "";
        int most = Encoding.UTF8.GetMaxCharCount(bytes.Length);
        if (most > _characters.Length) _characters = new char[most];
        int count = _decoder.GetChars(bytes, _characters, flush: false);
        return new string(_characters, 0, count);
    }
}
