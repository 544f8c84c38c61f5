namespace VoiceGlm.Server;

/// <summary>Headers that let the page do what it needs, and nothing else.</summary>
internal static class PageSecurity
{
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self'; connect-src 'self' ws: wss:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

    /// <summary>Adds a strict content security policy, and lets other sites load the widget's script.</summary>
    public static IApplicationBuilder UsePageSecurity(this IApplicationBuilder app) => app.Use(static (context, next) =>
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Permissions-Policy"] = "microphone=(self), camera=()";
        // The widget's files are public; who may open the hub is another option.
        if (HttpMethods.IsGet(context.Request.Method)) headers.AccessControlAllowOrigin = "*";
        return next(context);
    });
}
