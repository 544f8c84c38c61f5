using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;
using VoiceGlm;
using VoiceGlm.Rtc;
using VoiceGlm.Transports.WebRtc;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Opens the door for calls.</summary>
public static class WebRtcVoiceEndpointRouteBuilderExtensions
{
    private const string Sdp = "application/sdp";

    // A browser's offer is some 5 kB; one with every codec and network there is, 20.
    private const int LongestBody = 64 * 1024;

    /// <summary>
    /// Maps signalling as WHIP has it (RFC 9725): <c>POST</c> an offer, get the answer and the call's address; <c>PATCH</c> that for another beginning of
    /// ICE, <c>DELETE</c> it to hang up. A page of another origin needs a CORS policy on what is returned: a browser asks before it posts such a body.
    /// </summary>
    /// <param name="endpoints">The routes.</param>
    /// <param name="pattern">Where, such as <c>/webrtc</c>.</param>
    /// <exception cref="InvalidOperationException">Something that calls need is not registered.</exception>
    /// <exception cref="ArgumentException">An option of <see cref="RtcOptions"/> is outside its range.</exception>
    public static IEndpointConventionBuilder MapWebRtcVoice(this IEndpointRouteBuilder endpoints, string pattern)
    {
        var registered = endpoints.ServiceProvider.GetRequiredService<IServiceProviderIsService>();
        if (!registered.IsService(typeof(WebRtcCalls)))
            throw new InvalidOperationException("MapWebRtcVoice needs services that are not registered: call builder.Services.AddWebRtcVoice() first.");
        if (!registered.IsService(typeof(IVoiceConnectionHandler)))
            throw new InvalidOperationException("MapWebRtcVoice needs an IVoiceConnectionHandler: call builder.Services.AddVoiceGlm(builder.Configuration), or register one of your own.");

        // Ports that cannot be had are found out now.
        var calls = endpoints.ServiceProvider.GetRequiredService<WebRtcCalls>();
        RouteGroupBuilder group = endpoints.MapGroup(pattern);
        group.MapPost("", context => BeginAsync(context, calls));
        group.MapPatch("{id}", context => PatchAsync(context, calls));
        group.MapDelete("{id}", context =>
        {
            if (Find(context, calls) is { } call) call.Peer.Close("The peer hung up.");
            return Task.CompletedTask;
        });
        return group;
    }

    private static async Task BeginAsync(HttpContext context, WebRtcCalls calls)
    {
        if (await ReadAsync(context, Sdp) is not { } offer) return;
        HttpResponse response = context.Response;
        if (!calls.IsOpen)
        {
            await RefuseAsync(response, StatusCodes.Status503ServiceUnavailable, "The service is stopping.");
            return;
        }

        try
        {
            WebRtcCall call = calls.Begin(offer);
            response.StatusCode = StatusCodes.Status201Created;
            response.ContentType = Sdp;
            response.Headers.Location = $"{context.Request.PathBase}{context.Request.Path.Value!.TrimEnd('/')}/{call.Id}";
            response.Headers.ETag = call.ETag;
            await response.WriteAsync(call.Peer.Answer, context.RequestAborted);
        }
        catch (SdpException exception)
        {
            await RefuseAsync(response, StatusCodes.Status400BadRequest, exception.Message);
        }
        catch (InvalidOperationException)
        {
            response.Headers.RetryAfter = "10";
            await RefuseAsync(response, StatusCodes.Status503ServiceUnavailable, "All lines are taken. Please try again in a moment.");
        }
    }

    private static async Task PatchAsync(HttpContext context, WebRtcCalls calls)
    {
        if (Find(context, calls) is not { } call || await ReadAsync(context, IceFragment.MediaType) is not { } fragment) return;
        HttpResponse response = context.Response;
        IList<EntityTagHeaderValue> known = context.Request.GetTypedHeaders().IfMatch;
        if (known.Count > 0 && !known.Any(tag => tag.Tag == "*" || tag.Tag == call.ETag))
        {
            await RefuseAsync(response, StatusCodes.Status412PreconditionFailed, $"Expected If-Match: {call.ETag} or *, found {string.Join(", ", known)}.");
            return;
        }

        try
        {
            string? answer = call.Take(fragment);
            response.Headers.ETag = call.ETag;
            response.StatusCode = answer is null ? StatusCodes.Status204NoContent : StatusCodes.Status200OK;
            if (answer is null) return;
            response.ContentType = IceFragment.MediaType;
            await response.WriteAsync(answer, context.RequestAborted);
        }
        catch (SdpException exception)
        {
            await RefuseAsync(response, StatusCodes.Status400BadRequest, exception.Message);
        }
        catch (InvalidOperationException)
        {
            response.StatusCode = StatusCodes.Status404NotFound;
        }
    }

    private static WebRtcCall? Find(HttpContext context, WebRtcCalls calls)
    {
        WebRtcCall? call = calls.Find((string)context.Request.RouteValues["id"]!);
        if (call is null) context.Response.StatusCode = StatusCodes.Status404NotFound;
        return call;
    }

    // The body; null where it was refused.
    private static async Task<string?> ReadAsync(HttpContext context, string mediaType)
    {
        HttpRequest request = context.Request;
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type) || !type.MediaType.Equals(mediaType, StringComparison.OrdinalIgnoreCase))
        {
            await RefuseAsync(context.Response, StatusCodes.Status415UnsupportedMediaType, $"Expected {mediaType}, found {request.ContentType ?? "no content type"}.");
            return null;
        }

        byte[] body = new byte[LongestBody + 1];
        int length = await request.Body.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, context.RequestAborted);
        if (length <= LongestBody) return System.Text.Encoding.UTF8.GetString(body, 0, length);
        await RefuseAsync(context.Response, StatusCodes.Status413PayloadTooLarge, $"Expected at most {LongestBody} bytes, found more.");
        return null;
    }

    private static Task RefuseAsync(HttpResponse response, int status, string sentence)
    {
        response.StatusCode = status;
        response.ContentType = "text/plain; charset=utf-8";
        return response.WriteAsync(sentence);
    }
}
