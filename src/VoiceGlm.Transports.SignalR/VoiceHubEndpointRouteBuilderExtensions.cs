using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using VoiceGlm;
using VoiceGlm.Transports.SignalR;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Opens the door for browsers.</summary>
public static class VoiceHubEndpointRouteBuilderExtensions
{
    /// <summary>Maps the hub.</summary>
    /// <param name="endpoints">The routes.</param>
    /// <param name="pattern">Where, such as <c>/voice</c>.</param>
    /// <exception cref="InvalidOperationException">Something that the hub needs is not registered.</exception>
    public static IEndpointConventionBuilder MapVoiceHub(this IEndpointRouteBuilder endpoints, string pattern)
    {
        var registered = endpoints.ServiceProvider.GetRequiredService<IServiceProviderIsService>();
        if (!registered.IsService(typeof(VoiceConnections)))
            throw new InvalidOperationException("MapVoiceHub needs services that are not registered: call builder.Services.AddSignalRVoice() first.");
        if (!registered.IsService(typeof(IVoiceConnectionHandler)))
            throw new InvalidOperationException("MapVoiceHub needs an IVoiceConnectionHandler: call builder.Services.AddVoiceGlm(builder.Configuration), or register one of your own.");

        HubEndpointConventionBuilder hub = endpoints.MapHub<VoiceHub>(pattern, static dispatcher => dispatcher.Transports = HttpTransportType.WebSockets);
        string[] allowedOrigins = endpoints.ServiceProvider.GetRequiredService<IOptions<SignalRVoiceOptions>>().Value.AllowedOrigins;
        hub.Add(endpoint =>
        {
            RequestDelegate connect = endpoint.RequestDelegate!;
            endpoint.RequestDelegate = context =>
            {
                if (IsAllowed(context.Request, allowedOrigins)) return connect(context);
                context.Response.StatusCode = StatusCodes.Status403Forbidden;
                return context.Response.WriteAsync("This origin is not among VoiceGlm:SignalR:AllowedOrigins.");
            };
        });
        return hub;
    }

    // A browser lets any page open a WebSocket to any host, so the host looks where the page came from. Other programs send no Origin.
    private static bool IsAllowed(HttpRequest request, string[] allowedOrigins)
    {
        string? origin = request.Headers.Origin;
        if (string.IsNullOrEmpty(origin)) return true;
        if (allowedOrigins.Any(allowed => allowed == "*" || string.Equals(allowed.TrimEnd('/'), origin, StringComparison.OrdinalIgnoreCase))) return true;
        return Uri.TryCreate(origin, UriKind.Absolute, out Uri? page)
            && string.Equals(page.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase);
    }
}
