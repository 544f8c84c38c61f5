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

    /// <summary>A copy of the folder for a service whose language model runs elsewhere.</summary>
    public string WithoutLanguageModelGraph()
    {
        string folder = _folder["remote"];
        if (Directory.Exists(folder)) return folder;
        Directory.CreateDirectory(folder);
        foreach (string file in Directory.GetFiles(Path).Where(static file => !System.IO.Path.GetFileName(file).StartsWith("language-model.onnx", StringComparison.Ordinal)))
        {
            File.Copy(file, System.IO.Path.Combine(folder, System.IO.Path.GetFileName(file)));
        }

        return folder;
    }

    public void Dispose() => _folder.Dispose();
}
