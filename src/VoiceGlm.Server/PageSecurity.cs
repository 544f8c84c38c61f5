using Microsoft.AspNetCore.StaticFiles;

namespace VoiceGlm.Server;

/// <summary>Headers that let the page do what it needs, and nothing else.</summary>
internal static class PageSecurity
{
    // What web/README.md asks for. Sockets of any host: the page may be told another server, and a host's own name is not known here.
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self' ws: wss:; media-src 'self'; worker-src 'self'; " +
        "base-uri 'none'; form-action 'none'; frame-ancestors 'self'; require-trusted-types-for 'script'; trusted-types lit-html";

    /// <summary>Adds a strict content security policy to everything that is answered.</summary>
    public static IApplicationBuilder UsePageSecurity(this IApplicationBuilder app) => app.Use(static (context, next) =>
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Permissions-Policy"] = "microphone=(self), camera=(self)";
        return next(context);
    });

    /// <summary>Serves the page, and lets other sites load the widget's files: they are public; who may open the hub is another option.</summary>
    public static IApplicationBuilder UsePage(this IApplicationBuilder app) => app.UseDefaultFiles().UseStaticFiles(new StaticFileOptions
    {
        OnPrepareResponse = static response =>
        {
            response.Context.Response.Headers.AccessControlAllowOrigin = "*";
            response.Context.Response.Headers.CacheControl = IsNamedByContent(response) ? "public, max-age=31536000, immutable" : "no-cache";
        },
    });

    // Vite ends such names in a hyphen and eight letters of a hash; the others (index.html, voice-glm.js) are asked for again, and answered by "not modified".
    private static bool IsNamedByContent(StaticFileResponseContext response)
    {
        string name = Path.GetFileNameWithoutExtension(response.File.Name);
        return name.Length > 9 && name[^9] == '-';
    }
}
