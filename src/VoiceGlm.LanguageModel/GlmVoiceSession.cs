using System.Runtime.CompilerServices;

namespace VoiceGlm.LanguageModel;

/// <summary>One conversation with <see cref="GlmVoiceModel"/>.</summary>
internal sealed class GlmVoiceSession : ILanguageModelSession
{
    private readonly GlmVoiceModel _model;
    private readonly ConversationContext _context;
    private readonly int _maxNewTokens;
    private readonly CancellationTokenSource _closing = new();

    // Where each turn begins.
    private readonly List<int> _turns = [];
    private Sampler _sampler;
    private SessionSettings _settings;
    private Task _lastWork = Task.CompletedTask;
    private int _busy;

    // The utterance that is being heard, or was heard last: its tokens lie from start to end.
    private (int Start, int End)? _utterance;

    public GlmVoiceSession(GlmVoiceModel model, ConversationContext context, int maxNewTokens, SessionSettings settings)
    {
        _model = model;
        _context = context;
        _maxNewTokens = maxNewTokens;
        _settings = settings;
        _sampler = model.CreateSampler(settings);
    }

    /// <inheritdoc/>
    public int Position => _context.Count;

    /// <inheritdoc/>
    public int Capacity => _model.ContextLength;

    /// <inheritdoc/>
    public int UnansweredSpeechTokens => IsHearing ? _context.Count - _utterance!.Value.Start : 0;

    /// <summary>The token ids of the conversation, for tests.</summary>
    internal ReadOnlySpan<TokenId> Ids => _context.Ids;

    private bool IsHearing => _utterance is { } utterance && _context.Count <= utterance.End;

    /// <inheritdoc/>
    public void Configure(SessionSettings settings)
    {
        using Operation operation = Begin();
        if (settings.Temperature != _settings.Temperature || settings.TopP != _settings.TopP) _sampler = _model.CreateSampler(settings);
        _settings = settings;
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

        TokenId[] speech = _model.Prompts.Speech(update.Tokens.Span);
        if (start < 0)
        {
            BeginTurn(InputMode.Speech, [.. _model.Prompts.BeginSpeech, .. speech]);
            start = _context.Count - speech.Length;
        }
        else
        {
            _context.Rewind(start + update.FirstIndex);
            _context.Append(speech);
        }

        _utterance = (start, _context.Count);
        await EvaluateAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task ReadAsync(string text, CancellationToken cancellationToken)
    {
        using Operation operation = Begin();
        if (IsHearing) _context.Append(_model.Prompts.EndSpeech);
        BeginTurn(InputMode.Text, _model.Prompts.Text(text));
        _utterance = null;
        await EvaluateAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ReplyPart> ReplyAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using Operation operation = Begin();
        if (_context.Count == 0) throw new InvalidOperationException("There is nothing to answer: nothing was heard or read yet.");
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
        _context.Append(IsHearing ? [.. _model.Prompts.EndSpeech, .. _model.Prompts.Assistant] : _model.Prompts.Assistant);
        int handedOut = _context.Count;
        var router = new ReplyRouter(_model.Tokenizer, _model.Vocabulary);
        Generation generation = Start(_maxNewTokens, stopping.Token);
        try
        {
            await foreach (TokenId id in generation.Ids.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
            {
                stopping.Token.ThrowIfCancellationRequested();
                handedOut++;
                if (router.Route(id, handedOut) is { } part) yield return part;
            }
        }
        finally
        {
            await stopping.CancelAsync().ConfigureAwait(false);
            await generation.Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _context.Rewind(handedOut);
        }
    }

    /// <inheritdoc/>
    public void Rewind(int position)
    {
        using Operation operation = Begin();
        _context.Rewind(position);
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
        _context.Remove(start, length);
        _turns.RemoveAt(0);
        for (int i = 0; i < _turns.Count; i++) _turns[i] -= length;
        if (_utterance is { } utterance) _utterance = (utterance.Start - length, utterance.End - length);
        return true;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        await _lastWork.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _context.Dispose();
    }

    private void BeginTurn(InputMode mode, TokenId[] ids)
    {
        TokenId[] opening = _context.Count == 0 ? _model.Prompts.Begin(mode, _settings.SystemPrompt) : [];
        int start = _context.Count + opening.Length;
        _context.Append([.. opening, .. ids]);
        _turns.Add(start);
    }

    private async Task EvaluateAsync(CancellationToken cancellationToken)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
        await Start(maxNewTokens: 0, stopping.Token).Completion.ConfigureAwait(false);
    }

    private Generation Start(int maxNewTokens, CancellationToken cancellationToken)
    {
        Generation generation = _model.Start(_context, _sampler, maxNewTokens, cancellationToken);
        _lastWork = generation.Completion;
        return generation;
    }

    private Operation Begin() => Interlocked.Exchange(ref _busy, 1) == 0
        ? new Operation(this)
        : throw new InvalidOperationException("The session is busy: await its last operation, or end the enumeration of its reply, first.");

    private readonly struct Operation(GlmVoiceSession session) : IDisposable
    {
        public void Dispose() => Volatile.Write(ref session._busy, 0);
    }
}
