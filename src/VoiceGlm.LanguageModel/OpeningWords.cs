using VoiceGlm.Inference;

namespace VoiceGlm.LanguageModel;

/// <summary>
/// A reply's words before its first speech token, held until it shows whether the model means them. It costs no time: nothing
/// sounds before. Not thread-safe.
/// </summary>
/// <param name="limit">What is asked instead below which confidence; null: everything is meant.</param>
internal sealed class OpeningWords(AskAgainManifest? limit)
{
    private readonly List<ReplyPart> _held = [];
    private double _sum;
    private int _words;
    private bool _decided = limit is null;

    /// <summary>Whether the words are too improbable to be said. So once decided.</summary>
    public bool AreDoubtful { get; private set; }

    /// <summary>Takes the next token of the reply.</summary>
    /// <returns>What may be told now.</returns>
    public IReadOnlyList<ReplyPart> Take(ChosenToken token, TokenKind kind, ReplyPart? part)
    {
        if (_decided) return part is null ? [] : [part];
        if (part is not null) _held.Add(part);
        if (kind == TokenKind.Speech) return Decide();
        _sum += token.LogProbability;
        _words++;
        return [];
    }

    /// <summary>The reply has ended.</summary>
    /// <returns>What may be told now.</returns>
    public IReadOnlyList<ReplyPart> End() => _decided ? [] : Decide();

    private List<ReplyPart> Decide()
    {
        _decided = true;
        AreDoubtful = _words > 0 && _sum / _words < limit!.LogProbability;
        return AreDoubtful ? [] : _held;
    }
}
