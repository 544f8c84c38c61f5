namespace VoiceGlm.Conversation;

/// <summary>Hears an utterance while it is spoken: its tokens are read by the language model as they become final. One thread owns it.</summary>
internal sealed class Hearing
{
    private readonly ISpeechTokenizer _tokenizer;
    private readonly ILanguageModelSession _model;
    private readonly StageWork _work;

    // Tokens of an utterance before this one that was never answered: the user goes on where they were cut short.
    private readonly int _before;
    private int _final;
    private int _position;

    public Hearing(ISpeechTokenizer tokenizer, ILanguageModelSession model, StageWork work)
    {
        _tokenizer = tokenizer;
        _model = model;
        _work = work;
        _before = model.UnansweredSpeechTokens;
        _position = model.Position;
    }

    /// <summary>Hears more.</summary>
    public async ValueTask AppendAsync(AudioFrame frame, TurnClock clock, CancellationToken cancellationToken)
    {
        long begun = clock.Now;
        SpeechTokenUpdate? heard = await _work.RunAsync(() => _tokenizer.AppendAsync(frame, cancellationToken)).ConfigureAwait(false);
        _work.Sound += frame.Duration;
        if (heard is { } update)
        {
            await ReadAsync(update, cancellationToken).ConfigureAwait(false);
            _final = update.FirstIndex + update.Tokens.Length;
            _position = _model.Position;
        }

        clock.HeardAhead(begun);
    }

    /// <summary>Hears the rest as if the utterance ended now.</summary>
    public async ValueTask PreviewAsync(TurnClock clock, CancellationToken cancellationToken) =>
        await ReadRestAsync(await _work.RunAsync(() => _tokenizer.PreviewAsync(cancellationToken)).ConfigureAwait(false), clock, cancellationToken)
            .ConfigureAwait(false);

    /// <summary>Takes back what <see cref="PreviewAsync"/> and a reply to it made the model read: the utterance goes on.</summary>
    public void Return() => _model.Rewind(_position);

    /// <summary>Hears the rest: the utterance has ended.</summary>
    public async ValueTask CompleteAsync(TurnClock clock, CancellationToken cancellationToken) =>
        await ReadRestAsync(await _work.RunAsync(() => _tokenizer.CompleteAsync(cancellationToken)).ConfigureAwait(false), clock, cancellationToken)
            .ConfigureAwait(false);

    private async ValueTask ReadRestAsync(Utterance utterance, TurnClock clock, CancellationToken cancellationToken)
    {
        clock.Tokenized();
        await ReadAsync(new SpeechTokenUpdate(_final, utterance.Speech[_final..]), cancellationToken).ConfigureAwait(false);
        clock.Read();
    }

    private ValueTask ReadAsync(SpeechTokenUpdate update, CancellationToken cancellationToken) =>
        StageException.MarkAsync(VoiceStage.LanguageModel, () => _model.HearAsync(update with { FirstIndex = _before + update.FirstIndex }, cancellationToken));
}
