using VoiceGlm.Inference;

namespace VoiceGlm.TurnDetection;

/// <summary>The weights of Silero VAD v5, which any number of detectors share. Thread-safe; lives as long as the process.</summary>
/// <remarks>
/// The graph (snakers4/silero-vad, MIT License) takes <c>input</c> [1, context + window], <c>state</c> [2, 1, 128] and <c>sr</c>, and gives
/// <c>output</c> [1, 1] and <c>stateN</c>.
/// </remarks>
public sealed class SileroNetwork : IDisposable
{
    /// <summary>Name of the file that the build copies beside the program.</summary>
    public const string FileName = "silero_vad_v5.onnx";

    private static readonly string[] s_inputs = ["input", "state", "sr"];
    private static readonly string[] s_outputs = ["output", "stateN"];

    private readonly Graph _graph;

    private SileroNetwork(Graph graph) => _graph = graph;

    /// <summary>Loads the network. It computes on the calling thread: a window takes a fraction of a millisecond.</summary>
    /// <param name="path">The ONNX file.</param>
    /// <exception cref="ModelLoadException">The file is missing, is not an ONNX graph, or is another network.</exception>
    public static SileroNetwork Load(string path)
    {
        Graph graph = Graph.Load(path, new GraphOptions { Threads = 1 });
        if (graph.InputNames.Order().SequenceEqual(s_inputs.Order()) && graph.OutputNames.Order().SequenceEqual(s_outputs.Order()))
        {
            return new SileroNetwork(graph);
        }

        string found = $"{string.Join(", ", graph.InputNames)} → {string.Join(", ", graph.OutputNames)}";
        graph.Dispose();
        throw new ModelLoadException(path, $"Silero VAD v5: {string.Join(", ", s_inputs)} → {string.Join(", ", s_outputs)}", found);
    }

    /// <summary>Creates the detector of one stream.</summary>
    public SileroVoiceActivityDetector CreateDetector() => new(_graph);

    /// <inheritdoc/>
    public void Dispose() => _graph.Dispose();
}
