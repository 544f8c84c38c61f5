namespace VoiceGlm.Conversation;

/// <summary>Has the stages, once their weights are loaded. Thread-safe.</summary>
public interface IVoiceStagesSource
{
    /// <summary>Waits until the stages are loaded and warm.</summary>
    /// <exception cref="ModelLoadException">The model cannot be loaded.</exception>
    Task<VoiceStages> GetAsync(CancellationToken cancellationToken);
}
