using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using VoiceGlm.Server;

WebApplicationBuilder builder = WebApplication.CreateBuilder(new WebApplicationOptions
{
    Args = args,
    // The settings and the page lie beside the program, wherever it is started from.
    ContentRootPath = AppContext.BaseDirectory,
    WebRootPath = Path.Combine(AppContext.BaseDirectory, "wwwroot"),
});

builder.Services.AddVoiceGlm();
builder.Services.AddSignalRVoice();
builder.Services.AddOptions<PageOptions>().BindConfiguration(PageOptions.SectionName);
builder.Services.AddHostedService<PageOpener>();
builder.Services.AddOpenTelemetry()
    .WithMetrics(static metrics => metrics.AddMeter("VoiceGlm.*").AddAspNetCoreInstrumentation().AddRuntimeMeters().AddPrometheusExporter())
    .WithTracing(static tracing => tracing.AddSource("VoiceGlm.*").AddAspNetCoreInstrumentation().AddOtlpExporterIfConfigured());

WebApplication app = builder.Build();
app.UsePageSecurity();
app.UseDefaultFiles();
app.UseStaticFiles();
app.MapVoiceHub("/voice");
app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = static _ => false });
app.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = static check => check.Tags.Contains(VoiceGlmServiceCollectionExtensions.ReadyTag) });
app.MapPrometheusScrapingEndpoint("/metrics");
await app.RunAsync();
