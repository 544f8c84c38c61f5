namespace VoiceGlm.Audio;

/// <summary>
/// Describes background noise as a comfort noise payload (RFC 3389), to be sent in place of silence. Allocates nothing once made. Not
/// thread-safe.
/// </summary>
public sealed class ComfortNoiseAnalyzer
{
    // Half of what is told is the last 100 ms or so: noise is described by its mean, not by a moment.
    private const double Memory = 0.85;

    // A floor 40 dB below keeps the recursion stable where a band is empty.
    private const double WhiteFloor = 1.0001;

    private readonly double[] _correlation;
    private readonly double[] _predictor;
    private readonly double[] _reflection;
    private bool _heard;

    /// <summary>Makes an analyzer.</summary>
    /// <param name="order">Reflection coefficients to tell, from 0 (only the level) to 12. Default 10.</param>
    public ComfortNoiseAnalyzer(int order = 10)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(order);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(order, ComfortNoiseCodec.LargestOrder);
        _correlation = new double[order + 1];
        _predictor = new double[order + 1];
        _reflection = new double[order];
    }

    /// <summary>Bytes of a payload.</summary>
    public int PayloadBytes => _correlation.Length;

    /// <summary>Takes the next piece of background noise; about 20 ms each.</summary>
    /// <param name="noise">Mono in [-1, 1], at the rate of the codec that the payload goes along with.</param>
    public void Hear(ReadOnlySpan<float> noise)
    {
        if (noise.IsEmpty) return;
        double memory = _heard ? Memory : 0;
        for (int lag = 0; lag < _correlation.Length; lag++)
        {
            double sum = 0;
            for (int i = lag; i < noise.Length; i++) sum += (double)noise[i] * noise[i - lag];
            _correlation[lag] = (memory * _correlation[lag]) + ((1 - memory) * sum / noise.Length);
        }

        _heard = true;
    }

    /// <summary>Writes the payload of what was heard; silence, when nothing was.</summary>
    /// <param name="payload">Room for <see cref="PayloadBytes"/>.</param>
    /// <returns>Bytes written.</returns>
    /// <exception cref="ArgumentException"><paramref name="payload"/> is too short.</exception>
    public int Write(Span<byte> payload)
    {
        Room.ThrowIfShort(payload, PayloadBytes);
        Reflect();
        payload[0] = ComfortNoiseCodec.LevelOf(_correlation[0]);
        for (int i = 0; i < _reflection.Length; i++) payload[i + 1] = ComfortNoiseCodec.IndexOf(_reflection[i]);
        return PayloadBytes;
    }

    /// <summary>Forgets what was heard.</summary>
    public void Reset()
    {
        Array.Clear(_correlation);
        _heard = false;
    }

    // The recursion of Levinson and Durbin, of which only the reflection coefficients are kept.
    private void Reflect()
    {
        Array.Clear(_predictor);
        Array.Clear(_reflection);
        _predictor[0] = 1;
        double error = _correlation[0] * WhiteFloor;
        for (int order = 1; order <= _reflection.Length && error > 1e-12; order++)
        {
            double sum = 0;
            for (int i = 0; i < order; i++) sum += _predictor[i] * _correlation[order - i];
            double reflection = -sum / error;
            for (int i = 0, mirror = order; i <= mirror; i++, mirror--)
            {
                (double left, double right) = (_predictor[i], _predictor[mirror]);
                _predictor[i] = left + (reflection * right);
                if (mirror != i) _predictor[mirror] = right + (reflection * left);
            }

            error *= 1 - (reflection * reflection);
            _reflection[order - 1] = reflection;
        }
    }
}
