using System.Numerics.Tensors;

namespace VoiceGlm.TurnDetection.Echo;

/// <summary>
/// Finds how long after it was played the echo is heard: the lag at which the loudness of the bands of the microphone follows that
/// of the playout best. Not thread-safe.
/// </summary>
internal sealed class EchoDelay
{
    /// <summary>Lags that are tried: 0 to 608 ms, of which 40 ms are <see cref="PlayoutHistory.LeadSamples"/> and 60 ms irregular notes.</summary>
    public const int LagCount = 39;

    private const float MeanMemory = 1 / 60f;
    private const float Forgetting = 1 - (1 / 120f);
    private const float FoundCorrelation = 0.4f;
    private const float LostCorrelation = 0.25f;
    private const float MovedCorrelation = 0.05f;

    // A third of a second of sound, before which any two sounds look alike.
    private const float LeastHops = 20;

    private readonly float[] _cross = new float[LagCount];
    private readonly float[] _played = new float[LagCount];
    private readonly float[] _features = new float[Bands.Count];
    private readonly float[] _means = new float[Bands.Count];
    private float _heard;
    private float _hops;

    /// <summary>The lag in hops, or −1 where the microphone does not follow the playout.</summary>
    public int Lag { get; private set; } = -1;

    /// <summary>How well the microphone follows the playout at the best lag, in [-1, 1].</summary>
    public float Correlation { get; private set; }

    /// <summary>Whether what the microphone hears may be echo: it follows the playout, or too little was heard to know.</summary>
    public bool MayBeEcho => _hops < LeastHops || Correlation > LostCorrelation;

    /// <summary>Writes the compressed loudness of each band, less its running mean.</summary>
    public static void Features(ReadOnlySpan<float> power, Span<float> means, Span<float> features)
    {
        for (int band = 0; band < Bands.Count; band++)
        {
            float loudness = MathF.Sqrt(MathF.Sqrt(TensorPrimitives.Sum(power[Bands.BinsOf(band)])));
            features[band] = loudness - means[band];
            means[band] += MeanMemory * features[band];
        }
    }

    /// <summary>Hears a hop while something is played.</summary>
    public void Update(long hop, ReadOnlySpan<float> microphonePower, PlayoutHistory playout)
    {
        Features(microphonePower, _means, _features);
        _heard = (Forgetting * _heard) + TensorPrimitives.SumOfSquares(_features);
        _hops = (Forgetting * _hops) + 1;
        int best = 0;
        float bestCorrelation = -1;
        for (int lag = 0; lag < LagCount; lag++)
        {
            ReadOnlySpan<float> played = playout.FeaturesAt(hop - lag);
            _cross[lag] = (Forgetting * _cross[lag]) + TensorPrimitives.Dot(played, _features);
            _played[lag] = (Forgetting * _played[lag]) + TensorPrimitives.SumOfSquares(played);
            float correlation = CorrelationAt(lag);
            if (correlation > bestCorrelation) (best, bestCorrelation) = (lag, correlation);
        }

        Correlation = bestCorrelation;
        if (_hops < LeastHops) return;
        if (Lag < 0)
        {
            if (bestCorrelation > FoundCorrelation) Lag = best;
        }
        else if (bestCorrelation < LostCorrelation) Lag = -1;
        else if (bestCorrelation > CorrelationAt(Lag) + MovedCorrelation) Lag = best;
    }

    public void Reset()
    {
        Array.Clear(_cross);
        Array.Clear(_played);
        Array.Clear(_means);
        _heard = 0;
        _hops = 0;
        Lag = -1;
        Correlation = 0;
    }

    private float CorrelationAt(int lag) => _cross[lag] / MathF.Sqrt((_heard * _played[lag]) + 1e-12f);
}
