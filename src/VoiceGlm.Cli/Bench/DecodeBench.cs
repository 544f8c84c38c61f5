using System.Diagnostics;
using VoiceGlm.Inference;
using VoiceGlm.LanguageModel;

namespace VoiceGlm.Cli;

/// <summary>Measures how many tokens a second a language model makes for so many conversations at once.</summary>
/// <param name="promptTokens">Tokens that each conversation begins with.</param>
/// <param name="newTokens">Tokens that each is continued by.</param>
internal sealed class DecodeBench(int promptTokens, int newTokens)
{
    /// <summary>Measures one model at each of the batch sizes, in their order.</summary>
    /// <param name="folder">The model.</param>
    /// <param name="batches">Conversations at once.</param>
    /// <param name="graph">How it runs.</param>
    /// <param name="measured">Told each measurement.</param>
    /// <param name="cancellationToken">Ends the measuring.</param>
    /// <exception cref="ModelLoadException">The folder has no language model, or it cannot be loaded.</exception>
    /// <exception cref="InvalidDataException">There is no memory for the largest batch.</exception>
    public async Task RunAsync(
        ModelFolder folder, IReadOnlyList<int> batches, GraphOptions graph, Action<DecodeBenchRow> measured, CancellationToken cancellationToken)
    {
        using var device = new InferenceDevice();
        var options = new LanguageModelOptions { MaxSessions = batches.Max(), ContextLength = promptTokens + newTokens, Graph = graph };
        long start = Stopwatch.GetTimestamp();
        using GlmVoiceModel model = GlmVoiceModel.Load(folder, device, options);
        double loadSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        foreach (int batch in batches)
        {
            if (batch > model.MaxSessions) throw new InvalidDataException($"{folder.Path}: expected memory for {batch} conversations, found it for {model.MaxSessions}.");
            // The first use of a batch size lays out memory.
            await model.MeasureAsync(batch, promptTokens, 1, cancellationToken);
            DecodeMeasurement time = await model.MeasureAsync(batch, promptTokens, newTokens, cancellationToken);
            measured(new DecodeBenchRow(
                Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder.Path))),
                folder.Manifest.LanguageModel!.Quantization?.Weights ?? "fp32",
                batch,
                Math.Round(batch * promptTokens / time.Reading.TotalSeconds, 1),
                Math.Round(batch * newTokens / time.Speaking.TotalSeconds, 1),
                Math.Round(time.Speaking.TotalMilliseconds / newTokens, 2),
                WeightBytes(folder),
                batch * model.BytesOfSession,
                Environment.WorkingSet,
                Math.Round(loadSeconds, 1)));
        }
    }

    private static long WeightBytes(ModelFolder folder) =>
        folder.Manifest.Files.Where(static file => file.Path.StartsWith(ModelParts.LanguageModel + ".onnx", StringComparison.Ordinal)).Sum(static file => file.Bytes);
}
