using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;
using System.Threading.RateLimiting;

namespace VoiceGlm.Tools.Glm;

/// <summary>An answer that is coming, event by event, each within a time. Not thread-safe; disposing it closes the connection and gives back its place.</summary>
internal sealed class OpenStream(HttpResponseMessage answer, RateLimitLease lease, GlmCall call, TimeProvider time) : IDisposable
{
    private const int MaxEventBytes = 4 << 20;

    private readonly CancellationTokenSource _closing = new();
    private IAsyncEnumerator<SseItem<ReadOnlyMemory<byte>>>? _events;

    /// <summary>The model that answers.</summary>
    public required string Model { get; init; }

    /// <summary>When it was asked.</summary>
    public required long Asked { get; init; }

    /// <summary>The first event; <see langword="null"/> where there is none.</summary>
    public ChatWire? First { get; private set; }

    /// <summary>Whether the server said that this was all.</summary>
    public bool IsDone { get; private set; }

    /// <summary>Waits for the first event.</summary>
    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        Stream body = await answer.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        _events = SseParser.Create(body, static (kind, data) =>
        {
            if (kind == "error") throw new GlmException(ErrorOf(data));
            return data.Length <= MaxEventBytes ? new ReadOnlyMemory<byte>(data.ToArray()) : throw new GlmException(GlmErrorKind.Malformed, "An event of the answer is too long.");
        }).EnumerateAsync(_closing.Token).GetAsyncEnumerator(_closing.Token);
        First = await NextAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes an answer that came whole.</summary>
    public void Take(ChatWire whole)
    {
        First = whole;
        IsDone = true;
    }

    /// <summary>Waits for the next event.</summary>
    /// <returns>It, or <see langword="null"/> when there are no more.</returns>
    /// <exception cref="GlmException">It is an error, cannot be read, or does not come.</exception>
    public async Task<ChatWire?> NextAsync(CancellationToken cancellationToken)
    {
        if (IsDone || _events is null) return null;
        using var idle = new CancellationTokenSource(call.IdleTimeout, time);
        using CancellationTokenRegistration stall = idle.Token.UnsafeRegister(static closing => ((CancellationTokenSource)closing!).Cancel(), _closing);
        using CancellationTokenRegistration stop = cancellationToken.UnsafeRegister(static closing => ((CancellationTokenSource)closing!).Cancel(), _closing);
        try
        {
            if (!await _events.MoveNextAsync().ConfigureAwait(false)) return null;
            ReadOnlyMemory<byte> data = _events.Current.Data;
            IsDone = data.Span.SequenceEqual("[DONE]"u8);
            if (IsDone) return null;
            return JsonSerializer.Deserialize(data.Span, GlmJson.Default.ChatWire) ?? throw new GlmException(GlmErrorKind.Malformed, "An event of the answer is empty.");
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (OperationCanceledException exception)
        {
            throw new GlmException(GlmErrorKind.Timeout, $"No more of the answer within {call.IdleTimeout.TotalSeconds:F0} s.", exception);
        }
        catch (JsonException exception)
        {
            throw new GlmException(GlmErrorKind.Malformed, "An event of the answer is not JSON.", exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw new GlmException(GlmErrorKind.Lost, exception.Message, exception);
        }
    }

    /// <summary>Closes the connection; the place is kept.</summary>
    public void Close()
    {
        _closing.Cancel();
        _closing.Dispose();
        answer.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Close();
        lease.Dispose();
    }

    private static GlmError ErrorOf(ReadOnlySpan<byte> data)
    {
        GlmError error = GlmError.Read(200, Encoding.UTF8.GetString(data), retryAfter: null);
        return error.IsTold ? error : new GlmError(GlmErrorKind.Server, "The answer broke off with an error that cannot be read.");
    }
}
