namespace VoiceGlm.LanguageModel.Tests;

public sealed class SpeechVocabularyTests
{
    private static readonly SpeechVocabulary s_vocabulary = new(new TokenId(100), 16, [new TokenId(7), new TokenId(9)]);

    [Theory]
    [InlineData(0, TokenKind.Text)]
    [InlineData(7, TokenKind.EndOfTurn)]
    [InlineData(9, TokenKind.EndOfTurn)]
    [InlineData(99, TokenKind.Text)]
    [InlineData(100, TokenKind.Speech)]
    [InlineData(115, TokenKind.Speech)]
    [InlineData(116, TokenKind.Text)]
    public void Id_has_its_kind(int id, TokenKind kind) => Assert.Equal(kind, s_vocabulary.KindOf(new TokenId(id)));

    [Fact]
    public void Speech_token_and_its_id_are_turned_into_each_other()
    {
        Assert.Equal(new TokenId(115), s_vocabulary.ToTokenId(new SpeechToken(15)));
        Assert.Equal(new SpeechToken(15), s_vocabulary.ToSpeech(new TokenId(115)));
        Assert.Throws<ArgumentOutOfRangeException>(() => s_vocabulary.ToTokenId(new SpeechToken(16)));
        Assert.Throws<ArgumentOutOfRangeException>(() => s_vocabulary.ToTokenId(new SpeechToken(-1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => s_vocabulary.ToSpeech(new TokenId(116)));
        Assert.Throws<ArgumentOutOfRangeException>(() => s_vocabulary.ToSpeech(new TokenId(99)));
    }
}
