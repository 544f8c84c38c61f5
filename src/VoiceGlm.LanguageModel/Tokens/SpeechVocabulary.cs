using VoiceGlm.Inference;

namespace VoiceGlm.LanguageModel;

/// <summary>
/// Where the speech tokens lie in the joint vocabulary: the one place where the two numberings meet
/// (reference: GLM-4-Voice <c>web_demo.py</c>, <c>audio_offset</c>).
/// </summary>
/// <param name="FirstSpeechToken">Id of <c>&lt;|audio_0|&gt;</c>.</param>
/// <param name="CodebookSize">Number of speech tokens; their ids follow one another.</param>
/// <param name="EndsOfTurn">Ids that end a reply.</param>
public sealed record SpeechVocabulary(TokenId FirstSpeechToken, int CodebookSize, IReadOnlyList<TokenId> EndsOfTurn)
{
    /// <summary>What an id stands for.</summary>
    public TokenKind KindOf(TokenId id) =>
        IsSpeech(id) ? TokenKind.Speech : EndsOfTurn.Contains(id) ? TokenKind.EndOfTurn : TokenKind.Text;

    /// <summary>The speech token of an id.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The id is not a speech token's.</exception>
    public SpeechToken ToSpeech(TokenId id) => IsSpeech(id)
        ? new(id.Value - FirstSpeechToken.Value)
        : throw new ArgumentOutOfRangeException(nameof(id), id, "Not a speech token.");

    /// <summary>The id of a speech token.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The codebook has no such entry.</exception>
    public TokenId ToTokenId(SpeechToken token) => (uint)token.CodebookIndex < (uint)CodebookSize
        ? new(FirstSpeechToken.Value + token.CodebookIndex)
        : throw new ArgumentOutOfRangeException(nameof(token), token, $"The codebook's entries are from 0 to {CodebookSize - 1}.");

    internal static SpeechVocabulary From(LanguageModelManifest manifest) => new(
        new TokenId(manifest.FirstSpeechTokenId), manifest.SpeechTokenCount, [.. manifest.StopTokenIds.Select(static id => new TokenId(id))]);

    private bool IsSpeech(TokenId id) => (uint)(id.Value - FirstSpeechToken.Value) < (uint)CodebookSize;
}
