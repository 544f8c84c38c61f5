using System.Text;
using VoiceGlm.LanguageModel;

namespace VoiceGlm.Cli;

/// <summary>Sorts generated ids into words and speech tokens.</summary>
internal sealed class ReplyText(GlmVoiceModel model)
{
    private readonly StreamingText _words = new(model.Tokenizer);
    private readonly StringBuilder _text = new();

    /// <summary>All words so far.</summary>
    public string Text => _text.ToString();

    /// <summary>All speech tokens so far.</summary>
    public List<int> Speech { get; } = [];

    /// <summary>Takes the next id.</summary>
    /// <returns>The words that it completed.</returns>
    public string Append(TokenId id)
    {
        if (model.Vocabulary.KindOf(id) == TokenKind.Speech)
        {
            Speech.Add(model.Vocabulary.ToSpeech(id).CodebookIndex);
            return "";
        }

        string words = _words.Append(id);
        _text.Append(words);
        return words;
    }
}
