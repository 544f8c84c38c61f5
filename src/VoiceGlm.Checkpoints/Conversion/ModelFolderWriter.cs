using System.Security.Cryptography;
using VoiceGlm.Checkpoints.Onnx;
using VoiceGlm.Inference;

namespace VoiceGlm.Checkpoints;

/// <summary>
/// Writes a model folder beside its final place and moves it there when all of it is written: whatever happens in between,
/// a half-written model is never taken for a whole one. Not thread-safe.
/// </summary>
internal sealed class ModelFolderWriter : IDisposable
{
    private readonly string _target;
    private readonly string _staging;
    private readonly IProgress<ConversionProgress>? _progress;
    private readonly Dictionary<string, GraphDescription> _graphs = [];
    private readonly List<string> _files = [];
    private bool _committed;

    public ModelFolderWriter(string target, IProgress<ConversionProgress>? progress)
    {
        _target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(target));
        _staging = $"{_target}.partial-{Guid.NewGuid():N}";
        _progress = progress;
        Directory.CreateDirectory(_staging);
    }

    /// <summary>Writes a graph with its weights.</summary>
    public void AddGraph(GraphBuilder graph, CancellationToken cancellationToken)
    {
        long total = graph.WeightBytes;
        long done = 0;
        GraphDescription description = graph.Write(_staging, bytes =>
        {
            done += bytes;
            _progress?.Report(new ConversionProgress(graph.Name, done, total));
        }, cancellationToken);
        _graphs.Add(graph.Name, description);
        _files.Add(description.File);
        if (total > 0) _files.Add(description.File + ".data");
    }

    /// <summary>Copies a file of the checkpoint as it is.</summary>
    public void AddFile(string source, string name)
    {
        File.Copy(source, Path.Combine(_staging, name));
        _files.Add(name);
    }

    /// <summary>Writes the manifest and moves the folder to its place, where it replaces what was there; parts of an earlier model that this one lacks are kept.</summary>
    /// <param name="manifest">The manifest, without graphs and files.</param>
    /// <param name="cancellationToken">Ends the hashing between two files.</param>
    public void Commit(ModelManifest manifest, CancellationToken cancellationToken)
    {
        ModelManifest? earlier = File.Exists(Path.Combine(_target, ModelManifest.FileName)) ? ModelManifest.Read(_target) : null;
        var files = new List<ModelFile>();
        foreach (string file in _files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            string path = Path.Combine(_staging, file);
            using FileStream stream = File.OpenRead(path);
            files.Add(new ModelFile(file, stream.Length, Convert.ToHexStringLower(SHA256.HashData(stream))));
        }

        var graphs = new Dictionary<string, GraphDescription>(_graphs);
        if (earlier is not null)
        {
            Keep(earlier, manifest, graphs, files);
            manifest = manifest with
            {
                SpeechTokenizer = manifest.SpeechTokenizer ?? earlier.SpeechTokenizer,
                LanguageModel = manifest.LanguageModel ?? earlier.LanguageModel,
                SpeechDecoder = manifest.SpeechDecoder ?? earlier.SpeechDecoder,
            };
        }

        (manifest with { Graphs = graphs, Files = files }).Write(_staging);
        if (Directory.Exists(_target)) Directory.Delete(_target, recursive: true);
        Directory.Move(_staging, _target);
        _committed = true;
    }

    /// <summary>Removes what was written, unless it was committed.</summary>
    public void Dispose()
    {
        if (!_committed && Directory.Exists(_staging)) Directory.Delete(_staging, recursive: true);
    }

    private void Keep(ModelManifest earlier, ModelManifest manifest, Dictionary<string, GraphDescription> graphs, List<ModelFile> files)
    {
        // A graph's name begins with the name of its part.
        bool Kept(string file) =>
            (manifest.SpeechTokenizer is null && file.StartsWith("speech-tokenizer", StringComparison.Ordinal))
            || (manifest.LanguageModel is null && file.StartsWith("language-model", StringComparison.Ordinal))
            || (manifest.SpeechDecoder is null && file.StartsWith("speech-decoder", StringComparison.Ordinal));
        foreach ((string graph, GraphDescription description) in earlier.Graphs)
        {
            if (Kept(graph)) graphs[graph] = description;
        }

        foreach (ModelFile file in earlier.Files)
        {
            if (!Kept(file.Path)) continue;
            File.Move(Path.Combine(_target, file.Path), Path.Combine(_staging, file.Path));
            files.Add(file);
        }
    }
}
