using System.Net;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;

namespace VoiceGlm.LanguageModel;

/// <summary>
/// One request to a server and the token ids that it answers with, event by event. Disposing it closes the connection, upon which vLLM and
/// SGLang stop working on the request. Not thread-safe.
/// </summary>
internal sealed class Completion : IAsyncDisposable
{
    // An answer that is no stream of events is read so far, for its reason.
    private const int LongestRefusal = 4096;

    private static readonly TimeSpan s_farewell = TimeSpan.FromMilliseconds(100);

    private readonly HttpClient _http;
    private readonly RemoteModelOptions _options;
    private readonly CompletionRequest _request;
    private readonly CancellationToken _cancellationToken;
    private readonly CancellationTokenSource _timeout;
    private readonly CancellationTokenSource _either;
    private HttpResponseMessage? _response;
    private IAsyncEnumerator<SseItem<CompletionChunk?>>? _events;
    private bool _begun;
    private bool _finished;

    /// <summary>Prepares a request; the first <see cref="NextAsync"/> sends it.</summary>
    public Completion(HttpClient http, RemoteModelOptions options, TimeProvider time, Endpoint endpoint, CompletionRequest request, CancellationToken cancellationToken)
    {
        _http = http;
        _options = options;
        Endpoint = endpoint;
        _request = request;
        _cancellationToken = cancellationToken;
        _timeout = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _timeout.Token);
    }

    /// <summary>The server.</summary>
    public Endpoint Endpoint { get; }

    /// <summary>Waits for the next ids.</summary>
    /// <returns>At least one id, or <see langword="null"/> when the answer is over.</returns>
    /// <exception cref="RemoteModelException">The server does not answer, or not as it should.</exception>
    /// <exception cref="OperationCanceledException">The token that the request was made with asked for the end.</exception>
    public async ValueTask<int[]?> NextAsync()
    {
        TimeSpan longest = _begun ? _options.TokenTimeout : _options.FirstTokenTimeout;
        // Only waiting counts: between two calls it is the listener who takes their time.
        _timeout.CancelAfter(longest);
        try
        {
            _events ??= await OpenAsync().ConfigureAwait(false);
            int[]? ids = await ReadAsync(_events).ConfigureAwait(false);
            _begun = true;
            return ids;
        }
        catch (OperationCanceledException exception) when (!_cancellationToken.IsCancellationRequested)
        {
            throw _timeout.IsCancellationRequested
                ? Failed(RemoteFailure.TimedOut, $"sent no {(_begun ? "further" : "first")} token within {longest.TotalSeconds:0.###} s", exception)
                : Failed(RemoteFailure.Unreachable, $"accepted no connection within {_options.ConnectTimeout.TotalSeconds:0.###} s", exception);
        }
        catch (JsonException exception)
        {
            throw Failed(RemoteFailure.Malformed, $"sent an event that is not of the protocol: {exception.Message.TrimEnd('.')}", exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw _response is null
                ? Failed(RemoteFailure.Unreachable, $"cannot be reached: {exception.Message.TrimEnd('.')}", exception)
                : Failed(RemoteFailure.Cut, $"ended the connection in the middle of a reply: {exception.Message.TrimEnd('.')}", exception);
        }
        finally
        {
            _timeout.CancelAfter(Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Reads an answer that is over to where its connection can serve the next; not for long, should the server not let go of it.</summary>
    public async ValueTask FinishAsync()
    {
        if (!_finished || _events is null) return;
        _timeout.CancelAfter(s_farewell);
        try
        {
            while (await _events.MoveNextAsync().ConfigureAwait(false))
            {
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or HttpRequestException or JsonException)
        {
            // The reply is whole; only the connection is lost.
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_events is not null) await _events.DisposeAsync().ConfigureAwait(false);
        _response?.Dispose();
        _either.Dispose();
        _timeout.Dispose();
    }

    private async ValueTask<IAsyncEnumerator<SseItem<CompletionChunk?>>> OpenAsync()
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, new Uri(Endpoint.Address, "v1/completions"))
        {
            Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(_request, CompletionJsonContext.Default.CompletionRequest))
            {
                Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
            },
        };
        _response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, _either.Token).ConfigureAwait(false);
        if (!_response.IsSuccessStatusCode) throw await RefusedAsync(_response).ConfigureAwait(false);
        string? type = _response.Content.Headers.ContentType?.MediaType;
        if (type != "text/event-stream") throw Failed(RemoteFailure.Malformed, $"answered with '{type}' where 'text/event-stream' was expected");
        Stream body = await _response.Content.ReadAsStreamAsync(_either.Token).ConfigureAwait(false);
        return SseParser.Create(body, Parse).EnumerateAsync(_either.Token).GetAsyncEnumerator(CancellationToken.None);
    }

    private static CompletionChunk? Parse(string type, ReadOnlySpan<byte> data) =>
        data.SequenceEqual("[DONE]"u8) ? null : JsonSerializer.Deserialize(data, CompletionJsonContext.Default.CompletionChunk) ?? throw new JsonException("'null' is no event.");

    private async ValueTask<int[]?> ReadAsync(IAsyncEnumerator<SseItem<CompletionChunk?>> events)
    {
        while (await events.MoveNextAsync().ConfigureAwait(false))
        {
            if (events.Current.Data is not { } chunk) return _finished ? null : throw Failed(RemoteFailure.Malformed, "ended a reply without a reason");
            if (chunk.Error is { } error) throw Failed(RemoteFailure.ServerError, $"failed in the middle of a reply: {Sentence(error.Message)}");
            // An event without a choice tells of usage.
            if (chunk.Choices is not [{ } choice, ..]) continue;
            if (_finished) throw Failed(RemoteFailure.Malformed, "went on after the end of a reply");
            _finished = IsFinish(choice.FinishReason);
            if (choice.TokenIds is { Length: > 0 } ids) return ids;
            if (choice is { TokenIds: null, Text.Length: > 0 })
            {
                throw Failed(RemoteFailure.Malformed, "sent text without token ids: it does not know 'return_token_ids' (vLLM does from 0.10.2 on, SGLang from the middle of 2026 on)");
            }
        }

        return _finished ? null : throw Failed(RemoteFailure.Cut, "ended the connection in the middle of a reply");
    }

    private bool IsFinish(string? reason) => reason switch
    {
        null => false,
        "stop" or "length" => true,
        _ => throw Failed(RemoteFailure.ServerError, $"gave a reply up: '{reason}'"),
    };

    private async ValueTask<RemoteModelException> RefusedAsync(HttpResponseMessage response)
    {
        var status = (int)response.StatusCode;
        string reason = Sentence(await ReadRefusalAsync(response).ConfigureAwait(false));
        return response.StatusCode switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => Failed(RemoteFailure.Refused, $"refuses the key ({status}): {reason}"),
            HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable =>
                new RemoteModelException(Endpoint.Address, RemoteFailure.Busy, $"is too busy ({status}): {reason}") { RetryAfter = response.Headers.RetryAfter?.Delta },
            >= HttpStatusCode.InternalServerError => Failed(RemoteFailure.ServerError, $"failed ({status}): {reason}"),
            _ => Failed(RemoteFailure.Refused, $"refuses the request ({status}): {reason}"),
        };
    }

    private async ValueTask<string?> ReadRefusalAsync(HttpResponseMessage response)
    {
        Stream body = await response.Content.ReadAsStreamAsync(_either.Token).ConfigureAwait(false);
        var bytes = new byte[LongestRefusal];
        int length = await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, _either.Token).ConfigureAwait(false);
        try
        {
            CompletionRefusal? refusal = JsonSerializer.Deserialize(bytes.AsSpan(0, length), CompletionJsonContext.Default.CompletionRefusal);
            if ((refusal?.Error?.Message ?? refusal?.Message) is { } message) return message;
        }
        catch (JsonException)
        {
            // Not JSON, or too long: it is told as it is.
        }

        return Encoding.UTF8.GetString(bytes, 0, length);
    }

    // What a server says is cut to a length that a log line can bear.
    private static string Sentence(string? text)
    {
        const int Longest = 300;
        string line = (text ?? "").ReplaceLineEndings(" ").Trim().TrimEnd('.');
        return line.Length == 0 ? "no reason was given" : line.Length <= Longest ? line : line[..Longest] + "…";
    }

    private RemoteModelException Failed(RemoteFailure failure, string what, Exception? cause = null) => new(Endpoint.Address, failure, what, cause);
}
