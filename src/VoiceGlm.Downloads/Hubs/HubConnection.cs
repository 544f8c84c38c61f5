using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;

namespace VoiceGlm.Downloads;

/// <summary>Asks a hub and the stores that it leads to. Thread-safe.</summary>
/// <remarks>
/// Redirections are followed here, because <see cref="SocketsHttpHandler"/> forgets the token on the hub's own ones (a repository that was renamed)
/// and would carry a cookie to others.
/// </remarks>
internal sealed partial class HubConnection(ModelHub hub, DownloadOptions options, TimeProvider time) : IDisposable
{
    private const int MostRedirections = 10;
    private const int LongestJson = 16 << 20;

    private static readonly string s_agent = $"voiceglm/{typeof(HubConnection).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]}";

    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = options.SilenceLimit })
    {
        // Silence is limited, not the time that a large file takes.
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>Waits between attempts.</summary>
    public Patience Patience { get; } = new(options, time);

    /// <summary>Asks for JSON, again where that may help.</summary>
    /// <exception cref="DownloadException">The hub refuses, cannot be reached, or answers something else.</exception>
    public Task<T> GetJsonAsync<T>(string repository, Uri address, JsonTypeInfo<T> type, CancellationToken cancellationToken) => Patience.TryAsync($"the listing of {repository}", async () =>
    {
        using HubResponse response = await GetAsync(repository, address, range: null, cancellationToken).ConfigureAwait(false);
        using var json = new MemoryStream();
        var buffer = new byte[1 << 16];
        for (int count; (count = await response.ReadAsync(buffer).ConfigureAwait(false)) > 0;)
        {
            json.Write(buffer, 0, count);
            if (json.Length > LongestJson) throw new DownloadException($"{address}: expected a listing of at most {LongestJson} bytes, found a longer one.");
        }

        try
        {
            return JsonSerializer.Deserialize(json.GetBuffer().AsSpan(0, (int)json.Length), type) ?? throw new JsonException("null");
        }
        catch (JsonException exception)
        {
            throw new DownloadException($"{address}: expected a hub's listing in JSON, found {response.MediaType ?? "something"} that is not one ({exception.Message})", exception);
        }
    }, static () => 0, cancellationToken);

    /// <summary>Asks for a file or a range of it, once.</summary>
    /// <param name="repository">Its repository, for messages.</param>
    /// <param name="address">Its address at the hub.</param>
    /// <param name="range">First byte and the one behind the last, or <see langword="null"/> for all.</param>
    /// <param name="cancellationToken">Ends the request and the reading of the answer.</param>
    /// <exception cref="TransientException">It may go better another time.</exception>
    /// <exception cref="DownloadException">It will not.</exception>
    public async Task<HubResponse> GetAsync(string repository, Uri address, (long Start, long End)? range, CancellationToken cancellationToken)
    {
        var linked = new LinkedFile(null, null);
        Uri at = address;
        for (int redirections = 0; redirections <= MostRedirections; redirections++)
        {
            HttpResponseMessage response = await SendAsync(at, range, cancellationToken).ConfigureAwait(false);
            // The hub's word on what it leads to; a store's own is another matter.
            if (hub.Owns(at)) linked = linked.Or(response.Headers);
            if (response.StatusCode is HttpStatusCode.OK or HttpStatusCode.PartialContent)
            {
                return new HubResponse(response, linked, options.SilenceLimit, cancellationToken);
            }

            using (response)
            {
                if (response.Headers.Location is not { } location || (int)response.StatusCode / 100 != 3) throw Failure(repository, at, response);
                Uri next = new(at, location);
                if (!IsAsSafe(at, next))
                {
                    throw new DownloadException($"{at.GetLeftPart(UriPartial.Path)}: expected to be led to an address as safe, found {next.GetLeftPart(UriPartial.Path)}.");
                }

                at = next;
            }
        }

        throw new DownloadException($"{address}: expected at most {MostRedirections} redirections, found more.");
    }

    /// <summary>Whether one address may lead to another: not from a protected connection to one that anybody can change.</summary>
    internal static bool IsAsSafe(Uri from, Uri to) => to.Scheme == Uri.UriSchemeHttps || (to.Scheme == Uri.UriSchemeHttp && from.Scheme == Uri.UriSchemeHttp);

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(Uri address, (long Start, long End)? range, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.UserAgent.ParseAdd(s_agent);
        // Lengths and ranges are those of the file, not of a compressed form of it.
        request.Headers.AcceptEncoding.ParseAdd("identity");
        if (range is var (start, end)) request.Headers.Range = new RangeHeaderValue(start, end - 1);
        if (hub.Address.Token is { } token && hub.Owns(address)) hub.Authorize(request, token);
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        silence.CancelAfter(options.SilenceLimit);
        try
        {
            return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, silence.Token).ConfigureAwait(false);
        }
        catch (HttpRequestException exception)
        {
            throw new TransientException(address, "an answer", $"none ({exception.Message})", exception);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TransientException(address, "an answer", $"none in {options.SilenceLimit.TotalSeconds:0.#} s", exception);
        }
    }

    private Exception Failure(string repository, Uri at, HttpResponseMessage response) => response.StatusCode switch
    {
        HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests
            or HttpStatusCode.InternalServerError or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout =>
            new TransientException(at, "an answer", ModelHub.Describe(response.StatusCode)) { RequestedWait = RequestedWait(response.Headers) },
        // The addresses of a store are signed, for an hour or so; the hub gives another.
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.Gone when !hub.Owns(at) => new TransientException(at, "a file", ModelHub.Describe(response.StatusCode)),
        HttpStatusCode.RequestedRangeNotSatisfiable => new ChangedFileException("a longer file", ModelHub.Describe(response.StatusCode)),
        _ when hub.Owns(at) => hub.Refusal(repository, response),
        _ => ModelHub.Unexpected(response, reason: null),
    };

    private TimeSpan? RequestedWait(HttpResponseHeaders headers)
    {
        if (headers.RetryAfter is { } retry) return retry.Delta ?? retry.Date - time.GetUtcNow();
        // Hugging Face: RateLimit: "api";r=0;t=55
        Match match = headers.TryGetValues("RateLimit", out IEnumerable<string>? values) ? ResetPattern().Match(string.Join(',', values)) : Match.Empty;
        return match.Success ? TimeSpan.FromSeconds(int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture)) : null;
    }

    [GeneratedRegex(@";\s*t\s*=\s*(\d{1,6})")]
    private static partial Regex ResetPattern();
}
