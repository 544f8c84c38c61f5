using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace VoiceGlm.LanguageModel;

/// <summary>
/// A conversation that a server continues. What was said lives here, as ids; each reply is a request with all of them, of which the server
/// has the beginning in its prefix cache. An id is evaluated when the conversation's server was sent it.
/// </summary>
internal sealed class RemoteConversation : IConversationEngine
{
    private static readonly TimeSpan s_backoff = TimeSpan.FromMilliseconds(100);

    private readonly RemoteVoiceModel _model;
    private readonly CancellationTokenSource _closing = new();
    private SamplingOptions _sampling;
    private Endpoint? _endpoint;
    private Task _priming = Task.CompletedTask;

    public RemoteConversation(RemoteVoiceModel model, TokenHistory history, SessionSettings settings)
    {
        _model = model;
        History = history;
        _sampling = SamplingFor(settings);
    }

    /// <inheritdoc/>
    public TokenHistory History { get; }

    /// <summary>Kept, but told nobody: who goes first is the server's decision.</summary>
    public Deadline PlayoutDeadline { get; set; }

    private RemoteModelOptions Options => _model.Options;

    /// <inheritdoc/>
    public void Configure(SessionSettings settings) => _sampling = SamplingFor(settings);

    /// <summary>Has the server read what it does not know, where that is so much that it would be felt. Nobody waits for it: a reply may overtake it.</summary>
    public Task EvaluateAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (Options.PrimeTokens > 0 && _priming.IsCompleted)
        {
            Endpoint endpoint = MoveTo(new HashSet<Endpoint>());
            if (History.Pending.Length >= Options.PrimeTokens && History.Count < History.Capacity) _priming = PrimeAsync(endpoint, Request(endpoint, maxTokens: 1));
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ChosenToken> ContinueAsync(int maxNewTokens, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        PlayoutDeadline = Deadline.AtOnce;
        History.RequireRoom(1);
        int asked = Math.Min(maxNewTokens, History.Capacity - History.Count);
        long start = _model.Time.GetTimestamp();
        (Completion completion, int[]? ids) = await BeginAsync(asked, cancellationToken).ConfigureAwait(false);
        Uri server = completion.Endpoint.Address;
        int told = 0;
        TimeSpan waited = TimeSpan.Zero;
        try
        {
            if (ids is not null) _model.Metrics.RecordFirstToken(server, _model.Time.GetElapsedTime(start));
            while (ids is not null)
            {
                foreach (int value in ids)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    TokenId id = Check(server, value, told, asked);
                    if (_model.Language.Vocabulary.KindOf(id) == TokenKind.EndOfTurn)
                    {
                        await completion.FinishAsync().ConfigureAwait(false);
                        yield break;
                    }

                    History.Append(id);
                    History.Advance(1);
                    told++;
                    yield return new ChosenToken(id, float.NaN);
                }

                long asking = _model.Time.GetTimestamp();
                ids = await NextAsync(completion).ConfigureAwait(false);
                waited += _model.Time.GetElapsedTime(asking);
            }

            await completion.FinishAsync().ConfigureAwait(false);
            // What is asked for fits; where that is less than was wanted, the reply is not whole.
            if (told == asked && asked < maxNewTokens) History.RequireRoom(1);
        }
        finally
        {
            await completion.DisposeAsync().ConfigureAwait(false);
            _model.Metrics.RecordReply(server, told - 1, waited);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        await _priming.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_endpoint is { } endpoint) _model.Pool.Leave(endpoint);
        _endpoint = null;
        History.Dispose();
    }

    // Until the first ids have come nothing was heard: the request may be made again, at the same server or at another.
    private async Task<(Completion Completion, int[]? Ids)> BeginAsync(int asked, CancellationToken cancellationToken)
    {
        var tried = new HashSet<Endpoint>();
        for (int attempt = 0; ; attempt++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Endpoint endpoint = MoveTo(tried);
            Completion completion = _model.Send(endpoint, Request(endpoint, asked), cancellationToken);
            bool begun = false;
            try
            {
                int[]? ids = await NextAsync(completion).ConfigureAwait(false);
                History.Advance(History.Pending.Length);
                begun = true;
                return (completion, ids);
            }
            catch (RemoteModelException exception) when (exception.IsTransient && attempt < Options.Retries)
            {
                tried.Add(endpoint);
                if (tried.Count < Options.Endpoints.Count) continue;
                TimeSpan pause = exception.RetryAfter ?? s_backoff * (1 << attempt);
                if (pause > Options.FirstTokenTimeout) throw;
                await Task.Delay(pause, _model.Time, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                if (!begun) await completion.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private async Task PrimeAsync(Endpoint endpoint, CompletionRequest request)
    {
        History.Advance(History.Pending.Length);
        _model.Metrics.CountPrime(endpoint.Address);
        Completion completion = _model.Send(endpoint, request, _closing.Token);
        await using ConfiguredAsyncDisposable disposing = completion.ConfigureAwait(false);
        try
        {
            // The first id is all that is wanted, and it is not.
            await NextAsync(completion).ConfigureAwait(false);
            await completion.FinishAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is RemoteModelException or OperationCanceledException)
        {
            // A favour only: the reply has the server read what it still does not know.
        }
    }

    private async ValueTask<int[]?> NextAsync(Completion completion)
    {
        try
        {
            return await completion.NextAsync().ConfigureAwait(false);
        }
        catch (RemoteModelException exception)
        {
            _model.Metrics.CountFailure(completion.Endpoint.Address, exception.Failure);
            if (exception.SpeaksAgainstServer) completion.Endpoint.Blame(exception);
            throw;
        }
    }

    private Endpoint MoveTo(HashSet<Endpoint> tried)
    {
        Endpoint endpoint = _model.Pool.Move(_endpoint, tried);
        // Another server knows nothing of the conversation.
        if (endpoint != _endpoint) History.EvaluateAgainFrom(0);
        return _endpoint = endpoint;
    }

    private CompletionRequest Request(Endpoint endpoint, int maxTokens) => new()
    {
        Model = Options.Model ?? endpoint.Model?.Id,
        Prompt = MemoryMarshal.Cast<TokenId, int>(History.Ids).ToArray(),
        MaxTokens = maxTokens,
        Temperature = _sampling.Temperature,
        TopP = _sampling.TopP,
        TopK = _sampling.TopK == 0 ? -1 : _sampling.TopK,
        MinP = _sampling.MinP,
        RepetitionPenalty = _sampling.RepetitionPenalty,
        // A server begins to draw anew with each request: without the place, replies would draw the same numbers.
        Seed = _sampling.Seed is { } seed ? unchecked(seed + History.Count) & int.MaxValue : null,
        StopTokenIds = [.. _model.Language.Vocabulary.EndsOfTurn.Select(static id => id.Value)],
    };

    private TokenId Check(Uri server, int id, int told, int asked)
    {
        int size = _model.Language.Manifest.VocabularySize;
        if ((uint)id >= (uint)size) throw Wrong(server, $"sent token {id}, but the model's are from 0 to {size - 1}: it serves another one");
        return told < asked ? new TokenId(id) : throw Wrong(server, $"sent more than the {asked} tokens that it was asked for");
    }

    private RemoteModelException Wrong(Uri server, string what)
    {
        _model.Metrics.CountFailure(server, RemoteFailure.Malformed);
        return new RemoteModelException(server, RemoteFailure.Malformed, what);
    }

    private SamplingOptions SamplingFor(SessionSettings settings)
    {
        SamplingOptions sampling = Options.SamplingFor(settings);
        sampling.Validate();
        return sampling;
    }
}
