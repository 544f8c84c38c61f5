using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace VoiceGlm.Server;

/// <summary>The service, put together: conversations, the page, health, figures and traces.</summary>
internal static class VoiceService
{
    /// <summary>Builds the service.</summary>
    /// <param name="args">Settings, such as <c>--VoiceGlm:Model:Path=glm-4-voice</c>; environment variables and <c>appsettings.json</c> come before them.</param>
    public static WebApplication Build(string[] args)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            // The settings and the page lie beside the program, wherever it is started from.
            ContentRootPath = AppContext.BaseDirectory,
            WebRootPath = Path.Combine(AppContext.BaseDirectory, "wwwroot"),
        });

        builder.Services.AddVoiceGlm();
        builder.Services.AddSignalRVoice();
        builder.Services.AddWebRtcVoice();
        builder.Services.AddSipVoice();
        builder.Services.AddOptions<PageOptions>().BindConfiguration(PageOptions.SectionName, static binder => binder.ErrorOnUnknownConfiguration = true).ValidateOnStart();
        builder.Services.AddHostedService<PageOpener>();
        builder.Services.AddOpenTelemetry()
            .WithMetrics(static metrics => metrics.AddMeter("VoiceGlm.*").AddAspNetCoreInstrumentation().AddRuntimeMeters().AddPrometheusExporter())
            .WithTracing(static tracing => tracing.AddSource("VoiceGlm.*").AddAspNetCoreInstrumentation().AddOtlpExporterIfConfigured());

        WebApplication app = builder.Build();
        app.UsePageSecurity();
        app.UsePage();
        app.MapVoiceHub("/voice");
        app.MapWebRtcVoice("/webrtc");
        app.MapAbout();
        app.MapToolResults();
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = static _ => false });
        app.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = static check => check.Tags.Contains(VoiceGlmServiceCollectionExtensions.ReadyTag) });
        app.MapPrometheusScrapingEndpoint("/metrics");
        return app;
    }
}
