using System.Numerics;
using System.Runtime.InteropServices;

namespace VoiceGlm.LanguageModel;

/// <summary>
/// Chooses tokens by their logits. Filters come in the order of the reference's library: repetition penalty, temperature,
/// top-k, top-p, min-p. Allocates nothing after construction. Not thread-safe.
/// </summary>
/// <remarks>huggingface/transformers generation/logits_process.py; at least one token is kept.</remarks>
internal sealed class Sampler
{
    // exp(−Spread) of the most likely token's probability: where the search for the likely ones begins.
    private const float Spread = 6;

    private readonly SamplingOptions _options;
    private readonly Random _random;
    private readonly float[] _scores;
    private readonly bool[] _seen;
    private readonly float[] _best;
    private readonly int[] _ids;
    private readonly float[] _probabilities;

    /// <summary>Makes a sampler with a random number generator of its own.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    public Sampler(SamplingOptions options, int vocabularySize)
    {
        options.Validate();
        _options = options;
        _random = options.Seed is { } seed ? new Random(seed) : new Random();
        _scores = new float[vocabularySize];
        _seen = new bool[vocabularySize];
        _best = new float[Math.Min(options.TopK, vocabularySize)];
        _ids = new int[vocabularySize];
        _probabilities = new float[vocabularySize];
    }

    /// <summary>Chooses the next token.</summary>
    /// <param name="logits">Shape [vocabulary].</param>
    /// <param name="history">The conversation, which the repetition penalty looks at.</param>
    public TokenId Next(ReadOnlySpan<float> logits, ReadOnlySpan<TokenId> history)
    {
        ReadOnlySpan<float> scores = Penalise(logits, history);
        if (_options.Temperature == 0) return new TokenId(IndexOfMax(scores));
        int count = Filter(scores);
        double draw = _random.NextDouble();
        for (int i = 0; i < count; i++)
        {
            draw -= _probabilities[i];
            if (draw < 0) return new TokenId(_ids[i]);
        }

        // The probabilities add up to 1 but for rounding.
        return new TokenId(_ids[count - 1]);
    }

    /// <summary>The tokens that <see cref="Next"/> draws from and their probabilities. Valid until the next call.</summary>
    internal (ReadOnlyMemory<int> Ids, ReadOnlyMemory<float> Probabilities) Candidates(ReadOnlySpan<float> logits, ReadOnlySpan<TokenId> history)
    {
        int count = Filter(Penalise(logits, history));
        return (_ids.AsMemory(0, count), _probabilities.AsMemory(0, count));
    }

    private ReadOnlySpan<float> Penalise(ReadOnlySpan<float> logits, ReadOnlySpan<TokenId> history)
    {
        float penalty = _options.RepetitionPenalty;
        if (penalty == 1) return logits;
        logits.CopyTo(_scores);
        foreach (TokenId id in history)
        {
            if (_seen[id.Value]) continue;
            _seen[id.Value] = true;
            float score = _scores[id.Value];
            _scores[id.Value] = score < 0 ? score * penalty : score / penalty;
        }

        foreach (TokenId id in history) _seen[id.Value] = false;
        return _scores;
    }

    // Fills ids and probabilities, and returns how many there are.
    private int Filter(ReadOnlySpan<float> scores)
    {
        float maximum = scores[IndexOfMax(scores)];
        double total;
        int count;
        if (_options.TopK > 0 && _options.TopK < scores.Length)
        {
            count = Take(scores, KthLargest(scores));
            total = Weigh(scores, maximum, count);
        }
        else
        {
            total = Total(scores, maximum);
            float spread = _options.Temperature * (_options.TopP < 1 ? Spread : _options.MinP > 0 ? 1e-3f - MathF.Log(_options.MinP) : float.PositiveInfinity);
            double mass;
            do
            {
                count = Take(scores, maximum - spread);
                mass = Weigh(scores, maximum, count);
                spread *= 2;
            }
            while (_options.TopP < 1 && mass < _options.TopP * total && count < scores.Length);
        }

        Span<float> weights = _probabilities.AsSpan(0, count);
        if (_options.TopP < 1 || _options.MinP > 0)
        {
            SortDescending(weights, _ids.AsSpan(0, count));
            count = Cut(weights, total);
            weights = weights[..count];
        }

        double sum = 0;
        foreach (float weight in weights) sum += weight;
        foreach (ref float weight in weights) weight = (float)(weight / sum);
        return count;
    }

    // A token is kept while those before it have not reached top-p, and while it is likely enough beside the first.
    private int Cut(ReadOnlySpan<float> weights, double total)
    {
        double before = 0;
        int count = 0;
        while (count < weights.Length && (count == 0 || (before < _options.TopP * total && weights[count] >= _options.MinP * weights[0])))
        {
            before += weights[count++];
        }

        return count;
    }

    private int Take(ReadOnlySpan<float> scores, float least)
    {
        int count = 0;
        for (int i = 0; i < scores.Length; i++)
        {
            if (scores[i] >= least) _ids[count++] = i;
        }

        return count;
    }

    private double Weigh(ReadOnlySpan<float> scores, float maximum, int count)
    {
        double sum = 0;
        for (int i = 0; i < count; i++)
        {
            float weight = MathF.Exp((scores[_ids[i]] - maximum) / _options.Temperature);
            _probabilities[i] = weight;
            sum += weight;
        }

        return sum;
    }

    private double Total(ReadOnlySpan<float> scores, float maximum)
    {
        ReadOnlySpan<Vector<float>> vectors = MemoryMarshal.Cast<float, Vector<float>>(scores);
        var sums = Vector<float>.Zero;
        foreach (Vector<float> vector in vectors) sums += Vector.Exp((vector - new Vector<float>(maximum)) / _options.Temperature);
        double total = Vector.Sum(sums);
        foreach (float score in scores[(vectors.Length * Vector<float>.Count)..]) total += MathF.Exp((score - maximum) / _options.Temperature);
        return total;
    }

    // A heap of the largest seen so far, the least of them on top.
    private float KthLargest(ReadOnlySpan<float> scores)
    {
        Span<float> heap = _best;
        scores[..heap.Length].CopyTo(heap);
        for (int i = (heap.Length / 2) - 1; i >= 0; i--) Sink(heap, i);
        foreach (float score in scores[heap.Length..])
        {
            if (score <= heap[0]) continue;
            heap[0] = score;
            Sink(heap, 0);
        }

        return heap[0];
    }

    private static void Sink(Span<float> heap, int index)
    {
        while (true)
        {
            int child = (2 * index) + 1;
            if (child >= heap.Length) return;
            if (child + 1 < heap.Length && heap[child + 1] < heap[child]) child++;
            if (heap[index] <= heap[child]) return;
            (heap[index], heap[child]) = (heap[child], heap[index]);
            index = child;
        }
    }

    private static void SortDescending(Span<float> weights, Span<int> ids)
    {
        weights.Sort(ids);
        weights.Reverse();
        ids.Reverse();
    }

    private static int IndexOfMax(ReadOnlySpan<float> values)
    {
        int best = 0;
        for (int i = 1; i < values.Length; i++)
        {
            if (values[i] > values[best]) best = i;
        }

        return best;
    }
}
