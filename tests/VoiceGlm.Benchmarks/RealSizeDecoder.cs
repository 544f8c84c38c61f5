using VoiceGlm.Checkpoints;
using VoiceGlm.Checkpoints.Synthesis;
using VoiceGlm.Inference;

namespace VoiceGlm.Benchmarks;

/// <summary>A speech decoder of the published sizes with random weights, made once by a build and kept between benchmark processes.</summary>
internal static class RealSizeDecoder
{
    private static readonly ModelCache s_cache = new(Path.Combine(Path.GetTempPath(), "voiceglm-benchmarks"));

    /// <summary>Opens the model, and makes it where this build has not made it yet (0.5 GB of checkpoint, as much again of graphs).</summary>
    public static ModelFolder Open() => s_cache.Open("decoder", ModelCache.Build, Make, CancellationToken.None);

    private static void Make(string model)
    {
        string checkpoints = Directory.CreateTempSubdirectory("voiceglm-").FullName;
        try
        {
            CheckpointConverter.Convert(
                CheckpointSynthesizer.Synthesize(CheckpointProfile.Glm4Voice9B, CheckpointParts.SpeechDecoder, checkpoints),
                model,
                progress: null,
                CancellationToken.None);
        }
        finally
        {
            Directory.Delete(checkpoints, recursive: true);
        }
    }
}
