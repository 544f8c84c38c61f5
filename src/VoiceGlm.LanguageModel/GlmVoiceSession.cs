using System.Runtime.CompilerServices;

namespace VoiceGlm.LanguageModel;

/// <summary>One conversation: what its turns are as ids, and what of them is remembered. What continues the ids is its engine's matter.</summary>
internal sealed class GlmVoiceSession : ILanguageModelSession
{
    private readonly GlmVoiceLanguage _language;
    private readonly IConversationEngine _engine;
    private readonly TokenHistory _history;
    private readonly ReplyOptions _options;
    private readonly CancellationTokenSource _closing = new();

    // Where each turn begins.
    private readonly List<int> _turns = [];
    private SessionSettings _settings;
    private int _busy;

    // Whether what is answered next is a tool's answer: it is to be said as it is.
    private bool _observed;

    // What the conversation began with, and how many ids that is.
    private (InputMode Mode, string? SystemPrompt) _opening;
    private int _openingLength;

    // The utterance that is being heard, or was heard last: its tokens lie from start to end.
    private (int Start, int End)? _utterance;

    /// <summary>Begins a conversation.</summary>
    /// <param name="language">Words and speech as ids.</param>
    /// <param name="engine">What continues them; the session disposes it.</param>
    /// <param name="options">How it is continued.</param>
    /// <param name="settings">What the session sets for itself.</param>
    public GlmVoiceSession(GlmVoiceLanguage language, IConversationEngine engine, ReplyOptions options, SessionSettings settings)
    {
        _language = language;
        _engine = engine;
        _history = engine.History;
        _options = options;
        _settings = settings;
    }

    /// <inheritdoc/>
    public int Position => _history.Count;

    /// <inheritdoc/>
    public int Capacity => _history.Capacity;

    /// <inheritdoc/>
    public int UnansweredSpeechTokens => IsHearing ? _history.Count - _utterance!.Value.Start : 0;

    /// <inheritdoc/>
    public Deadline PlayoutDeadline
    {
        get => _engine.PlayoutDeadline;
        set => _engine.PlayoutDeadline = value;
    }

    /// <summary>The token ids of the conversation, for tests.</summary>
    internal ReadOnlySpan<TokenId> Ids => _history.Ids;

    /// <summary>Ids that are evaluated, for tests.</summary>
    internal int Evaluated => _history.Evaluated;

    private bool IsHearing => _utterance is { } utterance && _history.Count <= utterance.End;

    /// <inheritdoc/>
    public void Configure(SessionSettings settings)
    {
        using Operation operation = Begin();
        _engine.Configure(settings);
        _settings = settings;
        TellTime();
    }

    /// <inheritdoc/>
    public async Task HearAsync(SpeechTokenUpdate update, CancellationToken cancellationToken)
    {
        using Operation operation = Begin();
        int start = IsHearing ? _utterance!.Value.Start : -1;
        int told = UnansweredSpeechTokens;
        if ((uint)update.FirstIndex > (uint)told)
        {
            throw new ArgumentOutOfRangeException(nameof(update), update.FirstIndex, $"The utterance has {told} tokens so far; an update begins at one of them or after the last.");
        }

        TokenId[] speech = _language.Prompts.Speech(update.Tokens.Span);
        if (start < 0)
        {
            BeginTurn(InputMode.Speech, [.. _language.Prompts.BeginSpeech, .. speech]);
            start = _history.Count - speech.Length;
        }
        else
        {
            _history.Rewind(start + update.FirstIndex);
            _history.Append(speech);
        }

        _utterance = (start, _history.Count);
        await EvaluateAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task ReadAsync(string text, CancellationToken cancellationToken)
    {
        using Operation operation = Begin();
        if (IsHearing) _history.Append(_language.Prompts.EndSpeech);
        BeginTurn(InputMode.Text, _language.Prompts.Text(text));
        _utterance = null;
        await EvaluateAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task ObserveAsync(string text, CancellationToken cancellationToken)
    {
        using Operation operation = Begin();
        if (_history.Count == 0) Open(InputMode.Speech);
        if (IsHearing) _history.Append(_language.Prompts.EndSpeech);
        _history.Append(_language.Prompts.Observation(text));
        _utterance = null;
        _observed = true;
        await EvaluateAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ReplyPart> ReplyAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using Operation operation = Begin();
        if (_history.Count == 0) throw new InvalidOperationException("There is nothing to answer: nothing was heard or read yet.");
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
        if (IsHearing) _history.Append(_language.Prompts.EndSpeech);
        int asked = _history.Count;
        var opening = new OpeningWords(_observed ? null : _language.Manifest.AskAgain);
        await foreach (ReplyPart part in ReplyAsync(opening, stopping.Token).ConfigureAwait(false)) yield return part;
        if (!opening.AreDoubtful) yield break;
        _history.Rewind(asked);
        _history.Append(_language.Prompts.Observation(_language.Manifest.AskAgain!.Text));
        await foreach (ReplyPart part in ReplyAsync(new OpeningWords(limit: null), stopping.Token).ConfigureAwait(false)) yield return part;
    }

    /// <inheritdoc/>
    public void Rewind(int position)
    {
        using Operation operation = Begin();
        _history.Rewind(position);
        _turns.RemoveAll(start => start >= position);
        if (_utterance is not { } utterance) return;
        _utterance = position < utterance.Start ? null : (utterance.Start, Math.Min(utterance.End, position));
    }

    /// <inheritdoc/>
    public bool ForgetOldestTurn()
    {
        using Operation operation = Begin();
        if (_turns.Count < 2) return false;
        int start = _turns[0];
        int length = _turns[1] - start;
        _history.Remove(start, length);
        _turns.RemoveAt(0);
        for (int i = 0; i < _turns.Count; i++) _turns[i] -= length;
        if (_utterance is { } utterance) _utterance = (utterance.Start - length, utterance.End - length);
        return true;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        await _engine.DisposeAsync().ConfigureAwait(false);
    }

    private async IAsyncEnumerable<ReplyPart> ReplyAsync(OpeningWords opening, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        _history.Append(_language.Prompts.Assistant);
        int handedOut = _history.Count;
        var router = new ReplyRouter(_language.Tokenizer, _language.Vocabulary);
        try
        {
            await foreach (ChosenToken token in _engine.ContinueAsync(_options.MaxNewTokens, cancellationToken).ConfigureAwait(false))
            {
                handedOut++;
                foreach (ReplyPart part in opening.Take(token, _language.Vocabulary.KindOf(token.Id), router.Route(token.Id, handedOut))) yield return part;
                if (opening.AreDoubtful) yield break;
            }

            foreach (ReplyPart part in opening.End()) yield return part;
        }
        finally
        {
            _history.Rewind(handedOut);
        }
    }

    private void BeginTurn(InputMode mode, TokenId[] ids)
    {
        _observed = false;
        if (_history.Count == 0) Open(mode);
        int start = _history.Count;
        _history.Append(ids);
        _turns.Add(start);
    }

    private void Open(InputMode mode)
    {
        _opening = (mode, _settings.SystemPrompt);
        TokenId[] opening = Opening();
        _history.Append(opening);
        _openingLength = opening.Length;
    }

    private TokenId[] Opening() =>
        _language.Prompts.Begin(_opening.Mode, _opening.SystemPrompt, _language.Manifest.TellsTime ? _options.Time.GetLocalNow() : null);

    // What was said since is read again, which a model that is small enough to need a clock does while the user speaks.
    private void TellTime()
    {
        if (!_language.Manifest.TellsTime || _history.Count < _openingLength || _openingLength == 0) return;
        TokenId[] opening = Opening();
        if (!_history.ReplaceFirst(_openingLength, opening)) return;
        int later = opening.Length - _openingLength;
        _openingLength = opening.Length;
        for (int i = 0; i < _turns.Count; i++) _turns[i] += later;
        if (_utterance is { } utterance) _utterance = (utterance.Start + later, utterance.End + later);
    }

    private async Task EvaluateAsync(CancellationToken cancellationToken)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
        await _engine.EvaluateAsync(stopping.Token).ConfigureAwait(false);
    }

    private Operation Begin() => Interlocked.Exchange(ref _busy, 1) == 0
        ? new Operation(this)
        : throw new InvalidOperationException("The session is busy: await its last operation, or end the enumeration of its reply, first.");

    private readonly struct Operation(GlmVoiceSession session) : IDisposable
    {
        public void Dispose() => Volatile.Write(ref session._busy, 0);
    }
}
