using VoiceGlm.Inference;

namespace VoiceGlm.Checkpoints;

/// <summary>
/// The model that comes with the program and is used where none is configured: a checkpoint in the published layout, converted
/// on the first start and kept in the user's cache. Thread-safe.
/// </summary>
public static class EmbeddedModel
{
    /// <summary>Its name.</summary>
    public const string Name = "glm-4-voice-mini";

    /// <summary>Opens the model.</summary>
    /// <param name="progress">Told of each piece converted, on the first start.</param>
    /// <param name="cancellationToken">Ends the conversion.</param>
    /// <exception cref="ModelLoadException">The checkpoint beside the program is missing or damaged.</exception>
    /// <exception cref="IOException">The cache cannot be written.</exception>
    public static ModelFolder Open(IProgress<ConversionProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Open(Path.Combine(AppContext.BaseDirectory, "models", Name), ModelCache.OfUser, progress, cancellationToken);

    /// <summary>Opens a checkpoint as if it came with the program.</summary>
    internal static ModelFolder Open(string checkpoint, ModelCache cache, IProgress<ConversionProgress>? progress, CancellationToken cancellationToken)
    {
        string digest = ChecksumFile.Verify(checkpoint, cancellationToken);
        return cache.Open(
            Name, $"{digest[..16]}-{ModelCache.Build}", output => CheckpointConverter.Convert([checkpoint], output, progress, cancellationToken), cancellationToken);
    }
}
