namespace VoiceGlm.LanguageModel;

/// <summary>
/// Turns the ids of one reply into its parts. Text comes in whole characters, however the tokens cut them and whatever speech lies
/// between; special tokens and ids without a meaning (the padding rows of the vocabulary) say nothing. Not thread-safe.
/// </summary>
internal sealed class ReplyRouter(GlmTokenizer tokenizer, SpeechVocabulary vocabulary)
{
    private readonly StreamingText _text = new(tokenizer);

    /// <summary>Takes the next id.</summary>
    /// <param name="id">An id of the reply; an end token says nothing.</param>
    /// <param name="position">Tokens of the conversation, this one included.</param>
    /// <returns>The part that it completed, or <see langword="null"/>.</returns>
    public ReplyPart? Route(TokenId id, int position)
    {
        if (vocabulary.KindOf(id) == TokenKind.Speech) return new ReplyPart.Speech(vocabulary.ToSpeech(id)) { Position = position };
        string text = _text.Append(id);
        return text.Length == 0 ? null : new ReplyPart.Text(text) { Position = position };
    }
}
