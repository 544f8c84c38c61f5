using Microsoft.Extensions.Diagnostics.HealthChecks;
using VoiceGlm.Conversation;
using VoiceGlm.LanguageModel;

namespace VoiceGlm.Hosting;

/// <summary>
/// Ready when the model is loaded and warm and, where other machines run a part of it, one of them is well; until the service is told to stop:
/// nobody new is to be sent here then.
/// </summary>
internal sealed class ModelHealthCheck(ModelHost model, IConversationDrain drain) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        IReadOnlyList<RemoteEndpointStatus> servers = model.Servers;
        bool alone = servers.Count > 0 && !servers.Any(static server => server.IsHealthy);
        return Task.FromResult((model.IsReady, alone, drain.IsDraining) switch
        {
            (_, _, true) => HealthCheckResult.Unhealthy("The service is stopping."),
            (_, true, _) => HealthCheckResult.Unhealthy("No server of the language model is well. " + string.Join(' ', servers.Select(static server => server.Reason))),
            (false, _, _) => HealthCheckResult.Unhealthy("The model is being loaded."),
            _ => HealthCheckResult.Healthy("The model is ready."),
        });
    }
}
