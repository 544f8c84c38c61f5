using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Polly;
using Polly.CircuitBreaker;

namespace VoiceGlm.Tools.Glm;

/// <summary>
/// Asks GLM models: for a whole answer, for one as it is made, or for a job. One client for all of them; what differs is what is in a
/// request. Thread-safe.
/// </summary>
internal sealed partial class GlmClient : IDisposable
{
    /// <summary>Name of its <see cref="HttpClient"/>.</summary>
    public const string HttpClientName = "VoiceGlm.Glm";

    private const int MaxErrorLength = 64 * 1024;

    private readonly IHttpClientFactory _http;
    private readonly TimeProvider _time;
    private readonly GlmResilience _resilience;
    private readonly ILogger<GlmClient> _logger;
    private readonly ConcurrentDictionary<string, ConcurrencyLimiter> _limiters = new();
    private readonly ConcurrentDictionary<string, bool> _missing = new();

    public GlmClient(IHttpClientFactory http, IOptions<ToolOptions> options, GlmResilience resilience, TimeProvider time, ILogger<GlmClient> logger)
    {
        _http = http;
        Provider = GlmProvider.From(options.Value);
        _resilience = resilience;
        _time = time;
        _logger = logger;
    }

    /// <summary>The server that is asked; <see langword="null"/> where none is configured.</summary>
    public GlmProvider? Provider { get; }

    private GlmProvider Server => Provider ?? throw new InvalidOperationException($"No GLM provider is configured: set {ToolOptions.SectionName}:Provider.");

    /// <summary>Whether there is a model for something.</summary>
    public bool Has(GlmRole role) => Provider?.ModelsFor(role).Count > 0;

    /// <summary>A picture as a chat carries it.</summary>
    public string ImageUrl(string mediaType, ReadOnlySpan<byte> image)
    {
        string base64 = Convert.ToBase64String(image);
        return Server.Dialect == GlmDialect.Hosted ? base64 : $"data:{mediaType};base64,{base64}";
    }

    /// <summary>Asks for a whole answer. A conversation that is too long is asked again without its oldest message.</summary>
    /// <exception cref="GlmException">There is none.</exception>
    public async Task<ChatReply> CompleteAsync(GlmCall call, ChatRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await CompleteOnceAsync(call, request, cancellationToken).ConfigureAwait(false);
        }
        catch (GlmException failed) when (failed.Kind == GlmErrorKind.TooLong && request.Trimmed() is { } shorter)
        {
            return await CompleteOnceAsync(call, shorter, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Asks for an answer as it is made. The enumeration ends with the whole; leaving it early closes the connection.</summary>
    /// <exception cref="GlmException">It does not begin, or breaks off.</exception>
    public async IAsyncEnumerable<ChatPart> StreamAsync(GlmCall call, ChatRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        OpenStream stream = await AskAsync(call, (model, lease, token) => OpenAsync(call, request, model, lease, token), cancellationToken).ConfigureAwait(false);
        using (stream)
        {
            var assembly = new ChatAssembly(startsInThinking: false);
            for (ChatWire? wire = stream.First; wire is not null; wire = await LoggedAsync(call, stream.Model, () => stream.NextAsync(cancellationToken)).ConfigureAwait(false))
            {
                ChatWire next = wire;
                foreach (ChatPart part in await LoggedAsync(call, stream.Model, () => Task.FromResult(assembly.Append(next))).ConfigureAwait(false)) yield return part;
            }

            (IReadOnlyList<ChatPart> held, ChatReply reply) = await LoggedAsync(call, stream.Model, () => Task.FromResult(EndOf(stream, assembly))).ConfigureAwait(false);
            foreach (ChatPart part in held) yield return part;
            LogAnswered(_logger, stream.Model, call.RequestId, _time.GetElapsedTime(stream.Asked).TotalMilliseconds, reply.Usage?.CompletionTokens ?? 0);
            yield return new ChatPart.End(reply);
        }
    }

    /// <summary>Sends something and reads the answer, JSON both.</summary>
    /// <param name="call">How.</param>
    /// <param name="request">Makes the body for a model.</param>
    /// <param name="requestType">Its type.</param>
    /// <param name="replyType">The answer's.</param>
    /// <param name="cancellationToken">Closes the connection.</param>
    /// <exception cref="GlmException">There is no answer.</exception>
    public Task<TReply> PostAsync<TRequest, TReply>(
        GlmCall call, Func<string, TRequest> request, JsonTypeInfo<TRequest> requestType, JsonTypeInfo<TReply> replyType, CancellationToken cancellationToken) =>
        AskAsync(call, async (model, _, token) =>
        {
            long asked = _time.GetTimestamp();
            using HttpResponseMessage answer = await SendAsync(call, HttpMethod.Post, JsonContent.Create(request(model), requestType), token).ConfigureAwait(false);
            TReply reply = await ReadAsync(call, answer, replyType, token).ConfigureAwait(false);
            LogAnswered(_logger, model, call.RequestId, _time.GetElapsedTime(asked).TotalMilliseconds, 0);
            return reply;
        }, cancellationToken);

    /// <summary>Asks how a job stands.</summary>
    /// <exception cref="GlmException">It is not told.</exception>
    public async Task<JobReply> PollAsync(string id, CancellationToken cancellationToken)
    {
        var call = new GlmCall("async-result/" + Uri.EscapeDataString(id), GlmRole.Video);
        using HttpResponseMessage answer = await SendAsync(call, HttpMethod.Get, null, cancellationToken).ConfigureAwait(false);
        return await ReadAsync(call, answer, GlmJson.Default.JobReply, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (ConcurrencyLimiter limiter in _limiters.Values) limiter.Dispose();
    }

    private Task<ChatReply> CompleteOnceAsync(GlmCall call, ChatRequest request, CancellationToken cancellationToken) => AskAsync(call, async (model, _, token) =>
    {
        long asked = _time.GetTimestamp();
        ChatRequest body = request.For(Server.Dialect, model, stream: false, call.RequestId);
        using HttpResponseMessage answer = await SendAsync(call, HttpMethod.Post, JsonContent.Create(body, GlmJson.Default.ChatRequest), token).ConfigureAwait(false);
        ChatWire wire = await ReadAsync(call, answer, GlmJson.Default.ChatWire, token).ConfigureAwait(false);
        var assembly = new ChatAssembly(startsInThinking: false);
        assembly.Append(wire);
        if (wire.Choices is null or []) throw new GlmException(GlmErrorKind.Malformed, "The answer has no choice.");
        ChatReply reply = assembly.Complete().Reply;
        LogAnswered(_logger, model, call.RequestId, _time.GetElapsedTime(asked).TotalMilliseconds, reply.Usage?.CompletionTokens ?? 0);
        return reply;
    }, cancellationToken);

    // One model after another, each as often as the kind of its failures allows.
    private async Task<T> AskAsync<T>(GlmCall call, Func<string, RateLimitLease, CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> models = Server.ModelsFor(call.Role);
        if (models.Count == 0) throw new GlmException(GlmErrorKind.ModelMissing, $"The provider {Server.Name} has no model for {call.Role}: set {ToolOptions.SectionName}:Providers:{Server.Name}:Models:{call.Role}.");
        ResiliencePipeline pipeline = call.IsBillable ? _resilience.Billable : _resilience.Free;
        for (int i = 0; ; i++)
        {
            string model = models[i];
            RateLimitLease lease = await EnterAsync(model, cancellationToken).ConfigureAwait(false);
            bool isKept = false;
            try
            {
                T result = await pipeline.ExecuteAsync(async token => await ask(model, lease, token).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
                isKept = result is OpenStream;
                return result;
            }
            catch (BrokenCircuitException exception)
            {
                throw new GlmException(GlmErrorKind.Unavailable, "The service has failed often; it is left alone for a while.", exception);
            }
            catch (GlmException failed)
            {
                LogFailed(_logger, model, call.RequestId, failed.Error.Status, failed.Error.Code, failed.Kind);
                if (i + 1 == models.Count || failed.Kind is not (GlmErrorKind.Busy or GlmErrorKind.ModelMissing)) throw;
                if (failed.Kind == GlmErrorKind.ModelMissing && _missing.TryAdd(model, true)) LogModelMissing(_logger, model, models[i + 1]);
            }
            finally
            {
                // A stream has its place until it ends.
                if (!isKept) lease.Dispose();
            }
        }
    }

    private async ValueTask<RateLimitLease> EnterAsync(string model, CancellationToken cancellationToken)
    {
        ConcurrencyLimiter limiter = _limiters.GetOrAdd(model, static (_, limit) => new ConcurrencyLimiter(new ConcurrencyLimiterOptions
        {
            PermitLimit = limit,
            QueueLimit = limit,
            QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
        }), Server.MaxConcurrency);
        RateLimitLease lease = await limiter.AcquireAsync(1, cancellationToken).ConfigureAwait(false);
        return lease.IsAcquired ? lease : throw new GlmException(GlmErrorKind.Busy, $"Too many requests of {model} wait already.");
    }

    private async Task<OpenStream> OpenAsync(GlmCall call, ChatRequest request, string model, RateLimitLease lease, CancellationToken cancellationToken)
    {
        long asked = _time.GetTimestamp();
        ChatRequest body = request.For(Server.Dialect, model, stream: true, call.RequestId);
        HttpResponseMessage answer = await SendAsync(call, HttpMethod.Post, JsonContent.Create(body, GlmJson.Default.ChatRequest), cancellationToken).ConfigureAwait(false);
        var stream = new OpenStream(answer, lease, call, _time) { Model = model, Asked = asked };
        try
        {
            if (answer.Content.Headers.ContentType?.MediaType == "application/json")
            {
                // Some servers answer whole whatever they are asked for; or it is an error with a good status.
                stream.Take(await ReadAsync(call, answer, GlmJson.Default.ChatWire, cancellationToken).ConfigureAwait(false));
                return stream;
            }

            await stream.BeginAsync(cancellationToken).ConfigureAwait(false);
            return stream;
        }
        catch
        {
            stream.Close();
            throw;
        }
    }

    private static (IReadOnlyList<ChatPart> Held, ChatReply Reply) EndOf(OpenStream stream, ChatAssembly assembly) => stream.IsDone || assembly.FinishReason is not null
        ? assembly.Complete()
        : throw new GlmException(GlmErrorKind.Truncated, "The answer ended before its end.");

    private async Task<T> LoggedAsync<T>(GlmCall call, string model, Func<Task<T>> step)
    {
        try
        {
            return await step().ConfigureAwait(false);
        }
        catch (GlmException failed)
        {
            LogFailed(_logger, model, call.RequestId, failed.Error.Status, failed.Error.Code, failed.Kind);
            throw;
        }
    }

    // Sends a request, and reads what is no success.
    private async Task<HttpResponseMessage> SendAsync(GlmCall call, HttpMethod method, HttpContent? content, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri(Server.BaseAddress, call.Path)) { Content = content };
        // Other servers, of code or of blanks, have no business with it.
        if (Server.ApiKey is { } key && Server.BaseAddress.IsBaseOf(request.RequestUri!)) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        if (Server.AcceptLanguage is { } language) request.Headers.TryAddWithoutValidation("Accept-Language", language);
        using var timeout = new CancellationTokenSource(call.HeaderTimeout, _time);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            HttpResponseMessage answer = await _http.CreateClient(HttpClientName).SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stopping.Token).ConfigureAwait(false);
            if (answer.IsSuccessStatusCode) return answer;
            using (answer)
            {
                string body = await ReadErrorAsync(answer, stopping.Token).ConfigureAwait(false);
                throw new GlmException(GlmError.Read((int)answer.StatusCode, body, RetryAfterOf(answer)));
            }
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new GlmException(GlmErrorKind.Timeout, $"No answer within {call.HeaderTimeout.TotalSeconds:F0} s.", exception);
        }
        catch (HttpRequestException exception)
        {
            throw new GlmException(KindOf(exception), exception.Message, exception);
        }
    }

    // The body has to be there as soon as its head would have to.
    private async Task<T> ReadAsync<T>(GlmCall call, HttpResponseMessage answer, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(call.HeaderTimeout, _time);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            byte[] body = await answer.Content.ReadAsByteArrayAsync(stopping.Token).ConfigureAwait(false);
            using JsonDocument document = JsonDocument.Parse(body);
            // An error with a good status.
            if (document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("error", out JsonElement error) && error.ValueKind is JsonValueKind.Object or JsonValueKind.String && !document.RootElement.TryGetProperty("task_status", out _))
                throw new GlmException(GlmError.Read((int)answer.StatusCode, document.RootElement));
            return document.RootElement.Deserialize(type) ?? throw new GlmException(GlmErrorKind.Malformed, "The answer is empty.");
        }
        catch (JsonException exception)
        {
            throw new GlmException(GlmErrorKind.Malformed, "The answer cannot be read: " + exception.Message, exception);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new GlmException(GlmErrorKind.Timeout, $"No whole answer within {call.HeaderTimeout.TotalSeconds:F0} s.", exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw new GlmException(GlmErrorKind.Lost, exception.Message, exception);
        }
    }

    private static async Task<string> ReadErrorAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        try
        {
            await answer.Content.LoadIntoBufferAsync(MaxErrorLength, cancellationToken).ConfigureAwait(false);
            return await answer.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException)
        {
            return "";
        }
    }

    private TimeSpan? RetryAfterOf(HttpResponseMessage answer) => answer.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - _time.GetUtcNow() is { } left && left > TimeSpan.Zero ? left : TimeSpan.Zero,
        _ => null,
    };

    private static GlmErrorKind KindOf(HttpRequestException exception) => exception.HttpRequestError switch
    {
        HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError => GlmErrorKind.Connect,
        _ => GlmErrorKind.Lost,
    };

    [LoggerMessage(9100, LogLevel.Debug, "{Model} answered request {RequestId} in {Milliseconds:F0} ms, {Tokens} tokens", EventName = "GlmAnswered")]
    private static partial void LogAnswered(ILogger logger, string model, string requestId, double milliseconds, int tokens);

    [LoggerMessage(9101, LogLevel.Warning, "{Model} did not answer request {RequestId}: status {Status}, code {Code}, {Kind}", EventName = "GlmFailed")]
    private static partial void LogFailed(ILogger logger, string model, string requestId, int status, string code, GlmErrorKind kind);

    [LoggerMessage(9102, LogLevel.Warning, "There is no model {Model}; {Next} is asked instead from now on", EventName = "GlmModelMissing")]
    private static partial void LogModelMissing(ILogger logger, string model, string next);
}
