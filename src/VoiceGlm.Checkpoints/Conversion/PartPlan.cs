using VoiceGlm.Checkpoints.Onnx;
using VoiceGlm.Inference;

namespace VoiceGlm.Checkpoints;

/// <summary>A part of a model folder that is ready to be written: its graphs are put together, their weights not read yet.</summary>
internal sealed class PartPlan
{
    /// <summary>The graphs, in the order of writing.</summary>
    public required IReadOnlyList<GraphBuilder> Graphs { get; init; }

    /// <summary>Files of the checkpoint that are copied, and their names in the model folder.</summary>
    public IReadOnlyList<(string Source, string Name)> Files { get; init; } = [];

    /// <summary>Room on the disk that is needed for a while, beside graphs and files.</summary>
    public long OtherBytes { get; init; }

    /// <summary>Fills the part's numbers into a manifest, once the graphs are written.</summary>
    public required Func<ModelManifest, WrittenPart, ModelManifest> Describe { get; init; }
}

/// <summary>A part whose graphs are written.</summary>
/// <param name="Folder">Where they are; a folder made in it is removed with it.</param>
/// <param name="RoundingErrors">What rounding changed in each matrix, relative to it; empty where nothing was rounded.</param>
/// <param name="Report">Told what is being done, for people.</param>
/// <param name="CancellationToken">Asks for the end.</param>
internal sealed record WrittenPart(string Folder, IReadOnlyDictionary<string, double> RoundingErrors, Action<string> Report, CancellationToken CancellationToken);
