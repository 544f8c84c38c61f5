using VoiceGlm.Checkpoints;
using VoiceGlm.Inference;

namespace VoiceGlm.Cli;

/// <summary>Finds the model folder that a command is to use.</summary>
internal static class ModelChoice
{
    /// <summary>Opens the folder that was named, else the environment's, else the one that comes with the program.</summary>
    /// <exception cref="ModelLoadException">The folder is no model, or what came with the program is damaged.</exception>
    public static async Task<ModelFolder> OpenAsync(Terminal terminal, string? named, CancellationToken cancellationToken)
    {
        string? folder = named ?? Environment.GetEnvironmentVariable(SharedOptions.ModelVariable);
        if (!string.IsNullOrEmpty(folder)) return ModelFolder.Open(folder);
        terminal.WriteNote($"No model is configured (--model or ${SharedOptions.ModelVariable}): using {EmbeddedModel.Name}, which comes with the program.");
        return await terminal.WithProgressAsync(display => Task.Run(() => EmbeddedModel.Open(display, cancellationToken), cancellationToken));
    }
}
