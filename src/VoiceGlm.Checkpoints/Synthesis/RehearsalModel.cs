using VoiceGlm.Inference;

namespace VoiceGlm.Checkpoints.Synthesis;

/// <summary>
/// A tiny model of random weights, made on the first use and kept in the user's cache. It answers in noise: it shows that
/// everything works, not what a model can say. Thread-safe.
/// </summary>
public static class RehearsalModel
{
    /// <summary>Opens the model, which is made first where this build has not made it yet.</summary>
    /// <exception cref="IOException">The cache cannot be written.</exception>
    public static ModelFolder Open(IProgress<ConversionProgress>? progress = null, CancellationToken cancellationToken = default) =>
        ModelCache.OfUser.Open("rehearsal", ModelCache.Build, output => Make(output, progress, cancellationToken), cancellationToken);

    private static void Make(string folder, IProgress<ConversionProgress>? progress, CancellationToken cancellationToken)
    {
        string checkpoints = Directory.CreateTempSubdirectory("voiceglm-").FullName;
        try
        {
            IReadOnlyList<string> folders = CheckpointSynthesizer.Synthesize(
                CheckpointProfile.Tiny, CheckpointParts.All, checkpoints, progress: progress, cancellationToken: cancellationToken);
            CheckpointConverter.Convert(folders, folder, progress, cancellationToken);
        }
        finally
        {
            Directory.Delete(checkpoints, recursive: true);
        }
    }
}
