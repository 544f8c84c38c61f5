using System.Globalization;
using VoiceGlm.Checkpoints.Onnx;
using VoiceGlm.Inference;

namespace VoiceGlm.Checkpoints;

/// <summary>
/// Measures what rounding does to a language model's choices: the logits of a fixed prompt, from the rounded graph and from the checkpoint
/// in 32-bit floats. The two are never in memory together, and the latter runs a few layers at a time. Not thread-safe.
/// </summary>
/// <param name="config">The model's numbers.</param>
/// <param name="weights">The checkpoint.</param>
internal sealed class LanguageModelProbe(LanguageModelConfig config, TensorSource weights)
{
    private const int MostTokens = 32;
    private const long SegmentBytes = 1L << 30;

    // Primes, so that the ids are from everywhere.
    private const int FirstId = 17;
    private const int IdStep = 5_303;

    private readonly int _tokens = Math.Min(MostTokens, config.ContextLength);

    /// <summary>Room on the disk that the checkpoint's parts take, one after the other.</summary>
    public long ScratchBytes => Segments().Max(range => Segment(range).WeightBytes);

    /// <summary>Runs both, if the rounded graph fits into memory.</summary>
    /// <param name="rounded">The rounded graph, which is written.</param>
    /// <param name="written">Where it is.</param>
    public ProbeManifest Run(GraphBuilder rounded, WrittenPart written)
    {
        // ONNX Runtime rearranges matrices while it still holds them; 16-bit floats are widened.
        long needed = rounded.WeightBytes + Math.Max(rounded.WidenedBytes, SegmentBytes);
        long available = MemoryOfMachine.Available();
        if (needed > available)
        {
            return new ProbeManifest
            {
                Tokens = _tokens,
                NotMeasured = $"the rounded graph needs {DiskSpace.Describe(needed)} of memory, {DiskSpace.Describe(available)} are free",
            };
        }

        written.Report("compare logits");
        float[] found = RunWhole(Path.Combine(written.Folder, LanguageModelGraph.Name + ".onnx"), rounded.Computed, written.CancellationToken);
        float[] expected = RunCheckpoint(written);
        return Compare(expected, found);
    }

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

    private float[] RunCheckpoint(WrittenPart written)
    {
        string scratch = Path.Combine(written.Folder, "probe");
        Tensor? residual = null;
        try
        {
            foreach (LayerRange range in Segments())
            {
                written.Report("compare logits");
                Directory.CreateDirectory(scratch);
                GraphBuilder segment = Segment(range);
                GraphDescription description = segment.Write(scratch, written: null, written.CancellationToken);
                Tensor next = RunOnce(Path.Combine(scratch, description.File), range, OnnxType.Float, residual, written.CancellationToken);
                residual?.Dispose();
                residual = next;
                Directory.Delete(scratch, recursive: true);
            }

            return residual!.AsSpan<float>().ToArray();
        }
        finally
        {
            residual?.Dispose();
            if (Directory.Exists(scratch)) Directory.Delete(scratch, recursive: true);
        }
    }

    private float[] RunWhole(string path, OnnxType cacheType, CancellationToken cancellationToken)
    {
        using Tensor logits = RunOnce(path, LayerRange.All(config.Layers), cacheType, residual: null, cancellationToken);
        return logits.AsSpan<float>().ToArray();
    }

    private Tensor RunOnce(string path, LayerRange range, OnnxType cacheType, Tensor? residual, CancellationToken cancellationToken)
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
                    Tensor cache = Keep(cacheType == OnnxType.Float16
                        ? Tensor.Create<Half>(1, config.Groups, _tokens, config.CachedHeadSize)
                        : Tensor.Create<float>(1, config.Groups, _tokens, config.CachedHeadSize));
                    call.Input(name, cache).Output("next_" + name, cache);
                }
            }

            if (range.WithHead) call.Input("logit_rows", Keep(Tensor.From<long>([.. Enumerable.Range(0, _tokens).Select(static i => (long)i)], _tokens)));
            Tensor output = Tensor.Create<float>(_tokens, range.WithHead ? config.VocabularySize : config.HiddenSize);
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

    // As many layers as fit a gigabyte, at least one, and the head by itself.
    private IEnumerable<LayerRange> Segments()
    {
        long layerBytes = Math.Max(1, Segment(new LayerRange(config.Layers - 1, config.Layers, WithHead: false)).WeightBytes);
        int step = (int)Math.Clamp(SegmentBytes / layerBytes, 1, config.Layers);
        for (int first = 0; first < config.Layers; first += step) yield return new LayerRange(first, Math.Min(first + step, config.Layers), WithHead: false);
        yield return new LayerRange(config.Layers, config.Layers, WithHead: true);
    }

    // A checkpoint of bfloat16 loses nothing when it is kept so.
    private GraphBuilder Segment(LayerRange range) => LanguageModelGraph.Build(config, weights, QuantizationOptions.For(IsBFloat16 ? Precision.BFloat16 : Precision.Full), range);

    private bool IsBFloat16 => weights.Tensors.Values.All(static tensor => tensor.ElementType == "BF16");
}
