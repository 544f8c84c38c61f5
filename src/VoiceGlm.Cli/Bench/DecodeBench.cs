using System.Diagnostics;
using VoiceGlm.Inference;
using VoiceGlm.LanguageModel;

namespace VoiceGlm.Cli;

/// <summary>Measures how many tokens a second a language model makes for so many conversations at once.</summary>
/// <param name="promptTokens">Tokens that each conversation begins with.</param>
/// <param name="newTokens">Tokens that each is continued by.</param>
internal sealed class DecodeBench(int promptTokens, int newTokens)
{
    // Primes, so that the ids are from everywhere.
    private const int FirstId = 17;
    private const int IdStep = 5_303;

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
            await MeasureAsync(model, batch, 2, cancellationToken);
            (double promptRate, double tokenRate) = await MeasureAsync(model, batch, newTokens, cancellationToken);
            measured(new DecodeBenchRow(
                Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder.Path))),
                folder.Manifest.LanguageModel!.Quantization?.Weights ?? "fp32",
                batch,
                Math.Round(promptRate, 1),
                Math.Round(tokenRate, 1),
                Math.Round(1000 * batch / tokenRate, 2),
                WeightBytes(folder),
                batch * model.BytesOfSession,
                Environment.WorkingSet,
                Math.Round(loadSeconds, 1)));
        }
    }

    // Tokens count from when all speak to when the first has finished: the batch is whole all that time.
    private async Task<(double PromptRate, double TokenRate)> MeasureAsync(GlmVoiceModel model, int batch, int tokens, CancellationToken cancellationToken)
    {
        var times = new List<long>[batch];
        long start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, batch).Select(ContinueAsync));
        long allSpeak = times.Max(static list => list[0]);
        long firstEnds = times.Min(static list => list[^1]);
        int made = times.Sum(list => list.Count(time => time > allSpeak && time <= firstEnds));
        double seconds = Stopwatch.GetElapsedTime(allSpeak, firstEnds).TotalSeconds;
        return (batch * promptTokens / Stopwatch.GetElapsedTime(start, allSpeak).TotalSeconds, seconds > 0 ? made / seconds : 0);

        async Task ContinueAsync(int conversation)
        {
            List<long> own = times[conversation] = [];
            TokenId[] prompt = [.. Enumerable.Range(0, promptTokens).Select(i => new TokenId((int)((FirstId + conversation + ((long)i * IdStep)) % model.Vocabulary.FirstSpeechToken.Value)))];
            // Unlike tokens, so that no two conversations are one.
            var sampling = new SamplingOptions { Temperature = 1, TopP = 1, Seed = conversation };
            await foreach (TokenId _ in model.GenerateAsync(prompt, sampling, tokens, cancellationToken)) own.Add(Stopwatch.GetTimestamp());
            if (own.Count == 0) own.Add(Stopwatch.GetTimestamp());
        }
    }

    private static long WeightBytes(ModelFolder folder) =>
        folder.Manifest.Files.Where(static file => file.Path.StartsWith(ModelParts.LanguageModel + ".onnx", StringComparison.Ordinal)).Sum(static file => file.Bytes);
}
