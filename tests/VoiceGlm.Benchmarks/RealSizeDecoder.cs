using VoiceGlm.Checkpoints;
using VoiceGlm.Checkpoints.Synthesis;
using VoiceGlm.Inference;

namespace VoiceGlm.Benchmarks;

/// <summary>A speech decoder of the published sizes with random weights, made once and kept between benchmark processes.</summary>
internal static class RealSizeDecoder
{
    /// <summary>Opens the model, and makes it where it is missing (0.5 GB of checkpoint, as much again of graphs).</summary>
    public static ModelFolder Open()
    {
        string folder = Path.Combine(Path.GetTempPath(), "voiceglm-benchmarks");
        string model = Path.Combine(folder, "decoder");
        if (!Directory.Exists(model))
        {
            string checkpoints = Path.Combine(folder, $"checkpoints-{Guid.NewGuid():N}");
            CheckpointConverter.Convert(
                CheckpointSynthesizer.Synthesize(CheckpointProfile.Glm4Voice9B, CheckpointParts.SpeechDecoder, checkpoints),
                model,
                progress: null,
                CancellationToken.None);
            Directory.Delete(checkpoints, recursive: true);
        }

        return ModelFolder.Open(model);
    }
}
