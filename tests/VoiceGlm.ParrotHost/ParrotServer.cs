using Microsoft.Extensions.FileProviders;
using VoiceGlm.Rtc;
using VoiceGlm.Testing;

namespace VoiceGlm.ParrotHost;

/// <summary>The built page and a <see cref="ParrotHandler"/> behind the hub and behind calls, without a model. Its content security policy is as strict as can be.</summary>
public sealed class ParrotServer : IAsyncDisposable
{
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self' ws: wss:; media-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; require-trusted-types-for 'script'; trusted-types lit-html";

    private readonly WebApplication _application;

    private ParrotServer(WebApplication application) => _application = application;

    /// <summary>The built page; there is none before <c>npm run build</c>.</summary>
    public static string PageFolder => Path.Combine(Repository.Root, "web", "dist");

    /// <summary>Where it listens.</summary>
    public string Url => _application.Urls.First();

    /// <summary>The UDP port of calls.</summary>
    public int CallPort => _application.Services.GetRequiredService<RtcServer>().UdpEndPoints[0].Port;

    /// <summary>Starts at an address; port 0 takes a free one.</summary>
    public static async Task<ParrotServer> StartAsync(string url)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(url);
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IVoiceConnectionHandler, ParrotHandler>().AddSignalRVoice(static options => options.AllowedOrigins = ["*"]).AddWebRtcVoice();
        WebApplication application = builder.Build();
        application.Use(static (context, next) =>
        {
            context.Response.Headers.ContentSecurityPolicy = Policy;
            // The script and the worklets of the widget are fetched by pages of other origins.
            context.Response.Headers.AccessControlAllowOrigin = "*";
            return next(context);
        });
        var files = new PhysicalFileProvider(PageFolder);
        application.UseDefaultFiles(new DefaultFilesOptions { FileProvider = files }).UseStaticFiles(new StaticFileOptions { FileProvider = files });
        application.MapVoiceHub("/voice");
        application.MapWebRtcVoice("/webrtc");
        application.MapGet("/about", static () => new { model = "parrot", examples = new[] { "What is seven plus five?", "Draw a heron." }, tools = new[] { "look_at_image" } });
        await application.StartAsync();
        return new ParrotServer(application);
    }

    /// <summary>Completes when the process is told to stop.</summary>
    public Task WaitForShutdownAsync() => _application.WaitForShutdownAsync();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _application.DisposeAsync();
}
