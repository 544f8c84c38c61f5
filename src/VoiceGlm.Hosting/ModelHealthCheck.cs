using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace VoiceGlm.Hosting;

/// <summary>Ready when the model is loaded and warm.</summary>
internal sealed class ModelHealthCheck(ModelHost model) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(model.IsReady ? HealthCheckResult.Healthy("The model is ready.") : HealthCheckResult.Unhealthy("The model is being loaded."));
}
