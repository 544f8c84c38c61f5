using System.Net;
using System.Net.Http.Headers;

namespace VoiceGlm.Downloads;

/// <summary>An answer with a body that is read as it comes. Not thread-safe.</summary>
internal sealed class HubResponse(HttpResponseMessage response, LinkedFile linked, TimeSpan silenceLimit, CancellationToken cancellationToken) : IDisposable
{
    private readonly CancellationTokenSource _silence = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
    private Stream? _body;

    /// <summary>What the hub says of the file that it leads to.</summary>
    public LinkedFile Linked { get; } = linked;

    /// <summary>Whether this is a part of the file rather than the whole.</summary>
    public bool IsPart => response.StatusCode == HttpStatusCode.PartialContent;

    /// <summary>Which part.</summary>
    public ContentRangeHeaderValue? Range => response.Content.Headers.ContentRange;

    /// <summary>Bytes that are to come, where they are told.</summary>
    public long? Length => response.Content.Headers.ContentLength;

    /// <summary>What the body is said to be.</summary>
    public string? MediaType => response.Content.Headers.ContentType?.MediaType;

    /// <summary>The name of the file's present bytes, where the server gives one; a weak one is not of bytes.</summary>
    public string? Tag => response.Headers.ETag is { IsWeak: false } tag ? tag.Tag : null;

    /// <summary>Where the answer came from.</summary>
    public Uri Address => response.RequestMessage!.RequestUri!;

    /// <summary>Reads what has come, at least a byte.</summary>
    /// <returns>The number of bytes; 0 at the end.</returns>
    /// <exception cref="TransientException">The connection was cut, or nothing came for too long.</exception>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer)
    {
        _silence.CancelAfter(silenceLimit);
        try
        {
            _body ??= await response.Content.ReadAsStreamAsync(_silence.Token).ConfigureAwait(false);
            return await _body.ReadAsync(buffer, _silence.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException)
        {
            throw new TransientException(Address, "the rest of the file", $"a cut connection ({exception.Message})", exception);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TransientException(Address, "the rest of the file", $"no byte in {silenceLimit.TotalSeconds:0.#} s", exception);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _silence.Dispose();
        response.Dispose();
    }
}

/// <summary>What a hub says of a file in a store, before it leads there.</summary>
/// <param name="Digest">Its digest in hexadecimal, or <see langword="null"/>.</param>
/// <param name="Bytes">Its length, or <see langword="null"/>.</param>
internal sealed record LinkedFile(string? Digest, long? Bytes)
{
    /// <summary>The same, completed from an answer's headers.</summary>
    public LinkedFile Or(HttpResponseHeaders headers) => new(
        Digest ?? Value(headers, "X-Linked-ETag")?.Trim('"'),
        Bytes ?? (long.TryParse(Value(headers, "X-Linked-Size"), out long bytes) ? bytes : null));

    private static string? Value(HttpResponseHeaders headers, string name) => headers.TryGetValues(name, out IEnumerable<string>? values) ? values.FirstOrDefault() : null;
}
