using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace VoiceGlm.Tools.Results;

/// <summary>
/// Fetches files from addresses that a model, a page or a service told: from the open internet over https only, wherever they lead, within a
/// size, and of a kind that is wanted. Thread-safe.
/// </summary>
internal sealed partial class SafeFetcher : IDisposable
{
    private const int MaxRedirects = 3;
    private static readonly TimeSpan s_timeout = TimeSpan.FromMinutes(2);

    private readonly HttpMessageInvoker _open;
    private readonly HttpMessageInvoker _trusted;
    private readonly Func<string, CancellationToken, Task<IPAddress[]>> _resolve;
    private readonly TimeProvider _time;
    private readonly ILogger<SafeFetcher> _logger;

    public SafeFetcher(TimeProvider time, ILogger<SafeFetcher> logger)
        : this(Dns.GetHostAddressesAsync, time, logger)
    {
    }

    /// <param name="resolve">Tells the addresses of a name.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where refusals are told.</param>
    internal SafeFetcher(Func<string, CancellationToken, Task<IPAddress[]>> resolve, TimeProvider time, ILogger<SafeFetcher> logger)
    {
        _resolve = resolve;
        _time = time;
        _logger = logger;
        // No proxy: it would connect where this must not. Two pools, so that a connection that was trusted is never used by what is not.
        _open = new HttpMessageInvoker(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, UseCookies = false, ConnectCallback = ConnectAsync });
        _trusted = new HttpMessageInvoker(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, UseCookies = false });
    }

    /// <summary>Fetches a file.</summary>
    /// <param name="address">Where it is said to be.</param>
    /// <param name="types">The kinds that are wanted.</param>
    /// <param name="maxBytes">Its greatest size.</param>
    /// <param name="trusted">A server that the operator configured, wherever it is: its own files are fetched from it, over http as well.</param>
    /// <param name="destination">Where it goes.</param>
    /// <param name="cancellationToken">Ends the fetching.</param>
    /// <returns>Its kind.</returns>
    /// <exception cref="FetchException">It was not fetched; a part of it may be in <paramref name="destination"/>.</exception>
    public async Task<string> FetchAsync(Uri address, IReadOnlyList<string> types, long maxBytes, Uri? trusted, Stream destination, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(s_timeout, _time);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            // Trust is for what the server itself said, not for where that leads.
            bool isTrusted = trusted is not null && IsSameOrigin(address, trusted);
            for (int redirects = 0; ; redirects++)
            {
                using HttpResponseMessage answer = await SendAsync(address, isTrusted, stopping.Token).ConfigureAwait(false);
                if ((int)answer.StatusCode is >= 300 and < 400 && answer.Headers.Location is { } location)
                {
                    if (redirects == MaxRedirects) throw new FetchException($"{address.Host} leads elsewhere, and that too, more than {MaxRedirects} times.");
                    address = new Uri(address, location);
                    isTrusted = false;
                    continue;
                }

                if (!answer.IsSuccessStatusCode) throw new FetchException($"Expected a file from {address.Host}, found status {(int)answer.StatusCode}.");
                return await CopyAsync(answer, types, maxBytes, destination, stopping.Token).ConfigureAwait(false);
            }
        }
        catch (FetchException exception)
        {
            LogRefused(_logger, exception.Message);
            throw;
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new FetchException($"The file did not come from {address.Host} within {s_timeout.TotalSeconds:F0} s.", exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or SocketException)
        {
            string reason = exception.InnerException is FetchException refused ? refused.Message : exception.Message;
            LogRefused(_logger, reason);
            throw new FetchException(reason, exception);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _open.Dispose();
        _trusted.Dispose();
    }

    private Task<HttpResponseMessage> SendAsync(Uri address, bool isTrusted, CancellationToken cancellationToken)
    {
        if (!isTrusted && address.Scheme != Uri.UriSchemeHttps) throw new FetchException($"Expected an https address, found {address.Scheme}.");
        if (address.UserInfo.Length > 0) throw new FetchException("Expected an address without a user's name.");
        var request = new HttpRequestMessage(HttpMethod.Get, address);
        return (isTrusted ? _trusted : _open).SendAsync(request, cancellationToken);
    }

    // Asked and connected in one step: a name that is told anew in between cannot lead elsewhere.
    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        string host = context.DnsEndPoint.Host;
        IPAddress[] addresses = IPAddress.TryParse(host, out IPAddress? literal) ? [literal] : await _resolve(host, cancellationToken).ConfigureAwait(false);
        if (addresses.Length == 0 || !addresses.All(PublicAddress.Is)) throw new FetchException($"Expected a host of the open internet, found {host}.");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task<string> CopyAsync(HttpResponseMessage answer, IReadOnlyList<string> types, long maxBytes, Stream destination, CancellationToken cancellationToken)
    {
        string declared = answer.Content.Headers.ContentType?.MediaType ?? "";
        // Stores of files often do not know what they keep; what it begins with decides then.
        if (!types.Contains(declared) && declared is not ("application/octet-stream" or "binary/octet-stream")) throw new FetchException($"Expected {string.Join(" or ", types)}, found {(declared.Length > 0 ? declared : "nothing said")}.");
        if (answer.Content.Headers.ContentLength > maxBytes) throw new FetchException($"Expected at most {maxBytes} bytes, found {answer.Content.Headers.ContentLength}.");
        Stream body = await answer.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
        {
            byte[] buffer = new byte[81_920];
            int head = await body.ReadAtLeastAsync(buffer, MediaTypes.SniffLength, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            string? type = MediaTypes.Sniff(buffer.AsSpan(0, head));
            if (type is null || !types.Contains(type)) throw new FetchException($"Expected {string.Join(" or ", types)}, found a file that begins otherwise.");
            long total = head;
            for (int count = head; count > 0; total += count)
            {
                if (total > maxBytes) throw new FetchException($"Expected at most {maxBytes} bytes, found more.");
                await destination.WriteAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
                count = await body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            }

            return type;
        }
    }

    private static bool IsSameOrigin(Uri one, Uri other) => Uri.Compare(one, other, UriComponents.SchemeAndServer, UriFormat.SafeUnescaped, StringComparison.OrdinalIgnoreCase) == 0;

    [LoggerMessage(9110, LogLevel.Warning, "A file was not fetched: {Reason}", EventName = "FetchRefused")]
    private static partial void LogRefused(ILogger logger, string reason);
}
