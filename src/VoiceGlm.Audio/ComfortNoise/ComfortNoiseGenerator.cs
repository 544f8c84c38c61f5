namespace VoiceGlm.Audio;

/// <summary>
/// Makes the noise that a comfort noise payload describes (RFC 3389). The same payloads give the same noise. Allocates nothing once made.
/// Not thread-safe.
/// </summary>
public sealed class ComfortNoiseGenerator
{
    private const uint Seed = 0x9E3779B9;

    // A change of level or colour is reached in some tens of milliseconds and not heard as a step.
    private static readonly TimeSpan s_change = TimeSpan.FromMilliseconds(20);

    private readonly float _approach;
    private readonly float[] _target = new float[ComfortNoiseCodec.LargestOrder];
    private readonly float[] _reflection = new float[ComfortNoiseCodec.LargestOrder];
    private readonly float[] _backward = new float[ComfortNoiseCodec.LargestOrder + 1];
    private float _targetGain;
    private float _gain;
    private uint _random = Seed;

    /// <summary>Makes a generator, which is silent until it is told what to sound like.</summary>
    public ComfortNoiseGenerator(SampleRate rate)
    {
        _approach = 1f / rate.SamplesIn(s_change);
    }

    /// <summary>Takes a payload.</summary>
    /// <param name="payload">As it came; coefficients beyond the twelfth are left out, as the RFC allows.</param>
    /// <returns>Whether it described a noise; if not, nothing changed.</returns>
    public bool TryDescribe(ReadOnlySpan<byte> payload)
    {
        if (payload.IsEmpty) return false;
        Array.Clear(_target);
        ReadOnlySpan<byte> indices = payload[1..Math.Min(payload.Length, _target.Length + 1)];
        for (int i = 0; i < indices.Length; i++) _target[i] = ComfortNoiseCodec.CoefficientOf(indices[i]);
        _targetGain = (float)Math.Sqrt(ComfortNoiseCodec.PowerOf(payload[0]));
        return true;
    }

    /// <summary>Writes noise, which goes on from the noise before.</summary>
    /// <param name="samples">Written in [-1, 1].</param>
    public void Generate(Span<float> samples)
    {
        for (int i = 0; i < samples.Length; i++)
        {
            _gain += (_targetGain - _gain) * _approach;
            samples[i] = Math.Clamp(Filter(_gain * NextWhite()), -1, 1);
        }
    }

    /// <summary>Forgets what it sounded like.</summary>
    public void Reset()
    {
        Array.Clear(_target);
        Array.Clear(_reflection);
        Array.Clear(_backward);
        _targetGain = 0;
        _gain = 0;
        _random = Seed;
    }

    // A normalized lattice (A. H. Gray, J. D. Markel, 1975): it colours noise and does not make it louder, and it is stable while each coefficient is
    // inside (-1, 1), also on the way from one to another.
    private float Filter(float forward)
    {
        for (int i = _reflection.Length - 1; i >= 0; i--)
        {
            _reflection[i] += (_target[i] - _reflection[i]) * _approach;
            float sine = _reflection[i];
            float cosine = MathF.Sqrt(1 - (sine * sine));
            _backward[i + 1] = (sine * forward) + (cosine * _backward[i]);
            forward = (cosine * forward) - (sine * _backward[i]);
        }

        // Denormal numbers are slow.
        _backward[0] = Math.Abs(forward) < 1e-20f ? 0 : forward;
        return forward;
    }

    // Uniform with a mean square of 1 (G. Marsaglia, Xorshift RNGs, 2003).
    private float NextWhite()
    {
        _random ^= _random << 13;
        _random ^= _random >> 17;
        _random ^= _random << 5;
        return ((int)_random / 2147483648f) * 1.7320508f;
    }
}
