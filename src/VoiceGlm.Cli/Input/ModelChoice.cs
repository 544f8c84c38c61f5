using VoiceGlm.Checkpoints.Synthesis;
using VoiceGlm.Inference;

namespace VoiceGlm.Cli;

/// <summary>Finds the model folder that a command is to use.</summary>
internal static class ModelChoice
{
    /// <summary>Opens the folder that was named, else the environment's, else the rehearsal model.</summary>
    /// <exception cref="ModelLoadException">The folder is no model.</exception>
    public static async Task<ModelFolder> OpenAsync(Terminal terminal, string? named, CancellationToken cancellationToken)
    {
        string? folder = named ?? Environment.GetEnvironmentVariable(SharedOptions.ModelVariable);
        if (!string.IsNullOrEmpty(folder)) return ModelFolder.Open(folder);
        terminal.WriteNote(
            $"No model is configured (--model or ${SharedOptions.ModelVariable}): using a tiny one of random weights, which answers in noise.");
        return await terminal.WithProgressAsync(display => Task.Run(() => RehearsalModel.Open(display, cancellationToken), cancellationToken));
    }
}
