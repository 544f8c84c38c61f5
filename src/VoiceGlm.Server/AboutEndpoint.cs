using VoiceGlm.Hosting;

namespace VoiceGlm.Server;

/// <summary>Tells pages what the model is, and what one may say to it.</summary>
internal static class AboutEndpoint
{
    /// <summary>Maps <c>GET /about</c>, which is answered once the model is loaded. Any page may ask, as it may load the widget.</summary>
    public static void MapAbout(this IEndpointRouteBuilder endpoints) => endpoints.MapGet("/about", static (ModelHost host, HttpContext context) =>
    {
        context.Response.Headers.AccessControlAllowOrigin = "*";
        return host.AboutAsync(context.RequestAborted);
    });
}
