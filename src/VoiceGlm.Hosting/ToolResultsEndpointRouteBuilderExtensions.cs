using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using VoiceGlm.Tools.Results;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Serves what tools made.</summary>
public static class ToolResultsEndpointRouteBuilderExtensions
{
    /// <summary>Maps <c>GET /results/NAME</c>: pictures and films, to who knows their names.</summary>
    public static IEndpointConventionBuilder MapToolResults(this IEndpointRouteBuilder endpoints)
    {
        ResultStore results = endpoints.ServiceProvider.GetRequiredService<ResultStore>();
        return endpoints.MapGet(ToolResults.Path + "/{name}", (string name, HttpContext context) =>
        {
            if (results.Find(name) is not { } file) return Results.NotFound();
            context.Response.Headers.XContentTypeOptions = "nosniff";
            // A name has one content for ever; it is for who was given it, and for pages that embed the widget.
            context.Response.Headers.CacheControl = "private, max-age=86400, immutable";
            return Results.File(file.Path, file.MediaType, enableRangeProcessing: true);
        });
    }
}
