using System.Globalization;
using VoiceGlm.Checkpoints.Onnx;
using VoiceGlm.Inference;

namespace VoiceGlm.Checkpoints;

/// <summary>
/// Measures what rounding does to a language model's choices: the logits of a fixed prompt, from the rounded graph and from the checkpoint
/// in 32-bit floats. Both run some layers at a time, so that neither has to fit into memory. Not thread-safe.
/// </summary>
/// <param name="config">The model's numbers.</param>
/// <param name="weights">The checkpoint.</param>
/// <param name="options">How it was rounded.</param>
/// <param name="partBytes">Bytes that the weights of a part may take. ONNX Runtime rearranges matrices while it still holds them, and widens those of 16 bits.</param>
internal sealed class LanguageModelProbe(LanguageModelConfig config, TensorSource weights, QuantizationOptions options, long partBytes = 1L << 29)
{
    private const string Name = "probe";
    private const int MostTokens = 32;

    // Primes, so that the ids are from everywhere.
    private const int FirstId = 17;
    private const int IdStep = 5_303;

    private readonly int _tokens = Math.Min(MostTokens, config.ContextLength);

    /// <summary>Room on the disk that the parts take, one after the other.</summary>
    public long ScratchBytes => Segments(Exact).Max(range => Segment(range, Exact).WeightBytes);

    // A checkpoint of bfloat16 loses nothing when it is kept so.
    private QuantizationOptions Exact =>
        QuantizationOptions.For(weights.Tensors.Values.All(static tensor => tensor.ElementType == "BF16") ? Precision.BFloat16 : Precision.Full);

    /// <summary>Runs both.</summary>
    /// <param name="rounded">The rounded graph, which is written.</param>
    /// <param name="written">Where it is.</param>
    public ProbeManifest Run(GraphBuilder rounded, WrittenPart written) => Compare(RunInParts(Exact, null, written), RunInParts(options, rounded, written));

    private ProbeManifest Compare(ReadOnlySpan<float> expected, ReadOnlySpan<float> found)
    {
        int same = 0;
        double squaredError = 0;
        double squares = 0;
        for (int row = 0; row < _tokens; row++)
        {
            ReadOnlySpan<float> right = expected.Slice(row * config.VocabularySize, config.VocabularySize);
            ReadOnlySpan<float> rounded = found.Slice(row * config.VocabularySize, config.VocabularySize);
            int rightChoice = 0;
            int roundedChoice = 0;
            for (int i = 0; i < right.Length; i++)
            {
                if (right[i] > right[rightChoice]) rightChoice = i;
                if (rounded[i] > rounded[roundedChoice]) roundedChoice = i;
                double difference = right[i] - rounded[i];
                squaredError += difference * difference;
                squares += (double)right[i] * right[i];
            }

            if (rightChoice == roundedChoice) same++;
        }

        return new ProbeManifest
        {
            Tokens = _tokens,
            LogitError = Math.Round(Math.Sqrt(squaredError / squares), 6),
            SameChoice = (double)same / _tokens,
        };
    }

    // Weights that the graph `whole` has in the folder are read from there; the others come from the checkpoint.
    private float[] RunInParts(QuantizationOptions kept, GraphBuilder? whole, WrittenPart written)
    {
        float[] logits = new float[_tokens * config.VocabularySize];
        Tensor? residual = null;
        try
        {
            foreach (LayerRange range in Segments(kept))
            {
                written.Report("compare logits");
                GraphBuilder segment = Segment(range, kept);
                segment.Write(written.Folder, written: null, shared: whole, cancellationToken: written.CancellationToken);
                Tensor output = RunOnce(Path.Combine(written.Folder, segment.FileName), range, segment.Computed, residual, written.CancellationToken);
                if (range.WithHead)
                {
                    using (output) Place(output.AsSpan<float>(), range, logits);
                    continue;
                }

                residual?.Dispose();
                residual = output;
            }

            return logits;
        }
        finally
        {
            residual?.Dispose();
            foreach (string file in Directory.GetFiles(written.Folder, Name + ".onnx*")) File.Delete(file);
        }
    }

    private void Place(ReadOnlySpan<float> part, LayerRange range, float[] logits)
    {
        for (int row = 0; row < _tokens; row++) part.Slice(row * range.Tokens, range.Tokens).CopyTo(logits.AsSpan((row * config.VocabularySize) + range.FirstToken));
    }

    private Tensor RunOnce(string path, LayerRange range, OnnxType computed, Tensor? residual, CancellationToken cancellationToken)
    {
        // What runs once is not worth rearranging; rounded matrices are only read rearranged.
        using var graph = Graph.Load(path, new GraphOptions { Optimize = false });
        using GraphCall call = graph.CreateCall();
        var made = new List<Tensor>();
        try
        {
            if (residual is null) call.Input("token_ids", Keep(Tensor.From<long>([.. Prompt()], 1, _tokens)));
            else call.Input("residual", residual);
            if (range.First < range.End)
            {
                call.Input("positions", Keep(Tensor.From<long>([.. Enumerable.Range(0, _tokens).Select(static i => (long)i)], 1, _tokens)))
                    .Input("last_positions", Keep(Tensor.From<int>([_tokens - 1], 1)))
                    .Input("longest", Keep(Tensor.From<int>([_tokens], 1)));
            }

            for (int layer = range.First; layer < range.End; layer++)
            {
                foreach (string kind in (ReadOnlySpan<string>)["keys", "values"])
                {
                    string name = string.Create(CultureInfo.InvariantCulture, $"{kind}_{layer}");
                    Tensor cache = Keep(Create(computed, 1, config.Groups, _tokens, config.CachedHeadSize));
                    call.Input(name, cache).Output("next_" + name, cache);
                }
            }

            if (range.WithHead) call.Input("logit_rows", Keep(Tensor.From<long>([.. Enumerable.Range(0, _tokens).Select(static i => (long)i)], _tokens)));
            Tensor output = range.WithHead ? Tensor.Create<float>(_tokens, range.Tokens) : Create(computed, _tokens, config.HiddenSize);
            call.Output(range.WithHead ? "logits" : "next_residual", output).Run(cancellationToken);
            return output;
        }
        finally
        {
            foreach (Tensor tensor in made) tensor.Dispose();
        }

        Tensor Keep(Tensor tensor)
        {
            made.Add(tensor);
            return tensor;
        }
    }

    private IEnumerable<long> Prompt() => Enumerable.Range(0, _tokens).Select(i => (FirstId + ((long)i * IdStep)) % config.VocabularySize);

    private static Tensor Create(OnnxType type, params ReadOnlySpan<long> shape) => type == OnnxType.Float16 ? Tensor.Create<Half>(shape) : Tensor.Create<float>(shape);

    // As many layers, and then as many rows of the output layer, as fit, at least one.
    private IEnumerable<LayerRange> Segments(QuantizationOptions kept)
    {
        long layerBytes = Math.Max(1, Segment(new LayerRange(config.Layers - 1, config.Layers), kept).WeightBytes);
        int step = (int)Math.Clamp(partBytes / layerBytes, 1, config.Layers);
        for (int first = 0; first < config.Layers; first += step) yield return new LayerRange(first, Math.Min(first + step, config.Layers));
        int rows = (int)Math.Clamp(partBytes / (config.HiddenSize * sizeof(float)), 1, config.VocabularySize);
        for (int first = 0; first < config.VocabularySize; first += rows)
        {
            yield return new LayerRange(config.Layers, config.Layers, first, Math.Min(rows, config.VocabularySize - first));
        }
    }

    private GraphBuilder Segment(LayerRange range, QuantizationOptions kept) => LanguageModelGraph.Build(config, weights, kept, range, Name);
}
