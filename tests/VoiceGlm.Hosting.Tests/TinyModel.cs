using VoiceGlm.Checkpoints;
using VoiceGlm.Checkpoints.Synthesis;
using VoiceGlm.Testing;

namespace VoiceGlm.Hosting.Tests;

/// <summary>A tiny model of random weights, made once for all tests.</summary>
public sealed class TinyModel : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public TinyModel()
    {
        IReadOnlyList<string> checkpoints = CheckpointSynthesizer.Synthesize(CheckpointProfile.Tiny, CheckpointParts.All, _folder["checkpoints"]);
        CheckpointConverter.Convert(checkpoints, Path, progress: null, CancellationToken.None);
    }

    /// <summary>The model folder.</summary>
    public string Path => _folder["model"];

    public void Dispose() => _folder.Dispose();
}
