using Microsoft.Extensions.Diagnostics.HealthChecks;
using VoiceGlm.Conversation;

namespace VoiceGlm.Hosting;

/// <summary>Ready when the model is loaded and warm, and until the service is told to stop: nobody new is to be sent here then.</summary>
internal sealed class ModelHealthCheck(ModelHost model, IConversationDrain drain) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult((model.IsReady, drain.IsDraining) switch
        {
            (_, true) => HealthCheckResult.Unhealthy("The service is stopping."),
            (false, _) => HealthCheckResult.Unhealthy("The model is being loaded."),
            _ => HealthCheckResult.Healthy("The model is ready."),
        });
}
