using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace VoiceGlm.Server;

/// <summary>What telemetry needs beyond its packages.</summary>
internal static class Telemetry
{
    /// <summary>The runtime's own meter: memory, collections, threads.</summary>
    public static MeterProviderBuilder AddRuntimeMeters(this MeterProviderBuilder metrics) => metrics.AddMeter("System.Runtime");

    /// <summary>Sends traces where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> says; nowhere without it.</summary>
    public static TracerProviderBuilder AddOtlpExporterIfConfigured(this TracerProviderBuilder tracing) =>
        Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT") is { Length: > 0 } ? tracing.AddOtlpExporter() : tracing;
}
