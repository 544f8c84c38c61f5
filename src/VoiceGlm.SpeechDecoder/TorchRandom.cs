using System.Runtime.Intrinsics;

namespace VoiceGlm.SpeechDecoder;

/// <summary>
/// The random numbers of PyTorch's CPU generator: the same seed gives the same values in the same order, up to the last bits
/// of logarithm, sine and cosine. Not thread-safe.
/// </summary>
/// <remarks>
/// The engine is MT19937 (Matsumoto and Nishimura 1998), seeded by init_genrand. How words become numbers follows ATen
/// (native/cpu/DistributionTemplates.h, core/DistributionsHelper.h); PyTorch's own AVX2 build differs from its scalar one in the last bits.
/// </remarks>
internal sealed class TorchRandom
{
    private const int StateLength = 624;
    private const int StateMiddle = 397;
    private const int NormalBlock = 16;

    private readonly uint[] _state = new uint[StateLength];
    private int _next = StateLength;
    private double? _secondNormal;

    /// <summary>Creates the generator as <c>torch.manual_seed</c> leaves it.</summary>
    /// <param name="seed">The seed; its low 32 bits count.</param>
    public TorchRandom(ulong seed)
    {
        _state[0] = (uint)seed;
        for (int i = 1; i < StateLength; i++)
        {
            _state[i] = (1812433253u * (_state[i - 1] ^ (_state[i - 1] >> 30))) + (uint)i;
        }
    }

    /// <summary>One number uniform in [0, 1), a multiple of 2⁻²⁴, as each element of <c>torch.rand</c>.</summary>
    public float Uniform() => (NextWord() & 0xFFFFFF) * (1f / (1 << 24));

    /// <summary>One number uniform in [low, high), as each element of <c>torch.distributions.Uniform(low, high).sample()</c>.</summary>
    public float Uniform(float low, float high) => low + (Uniform() * (high - low));

    /// <summary>
    /// Fills a span with standard normal numbers, as <c>torch.randn</c> of that many elements does. The length matters:
    /// two calls do not give what one call for both would, unless the first length is a multiple of 16 and the second at least 16.
    /// </summary>
    public void Normal(Span<float> destination)
    {
        if (destination.Length < NormalBlock)
        {
            foreach (ref float value in destination) value = (float)NextNormal();
            return;
        }

        foreach (ref float value in destination) value = Uniform();
        int tail = destination.Length % NormalBlock;
        for (int i = 0; i < destination.Length - tail; i += NormalBlock) BoxMuller(destination.Slice(i, NormalBlock));
        if (tail == 0) return;

        // What does not fill a block is covered by a block of its own, which overwrites the end of the one before.
        Span<float> last = destination[^NormalBlock..];
        foreach (ref float value in last) value = Uniform();
        BoxMuller(last);
    }

    // Eight radii from the first half of the block, eight angles from the second; in single precision, as PyTorch does.
    private static void BoxMuller(Span<float> block)
    {
        Vector256<float> radius = Vector256.Sqrt(Vector256.Create(-2f) * Vector256.Log(Vector256<float>.One - Vector256.Create<float>(block)));
        (Vector256<float> sine, Vector256<float> cosine) = Vector256.SinCos(Vector256.Create(2 * MathF.PI) * Vector256.Create<float>(block[8..]));
        (radius * cosine).CopyTo(block);
        (radius * sine).CopyTo(block[8..]);
    }

    // Short spans take numbers in pairs, in double precision; the second of a pair waits for the next call.
    private double NextNormal()
    {
        if (_secondNormal is { } waiting)
        {
            _secondNormal = null;
            return waiting;
        }

        double angle = 2 * Math.PI * NextDouble();
        double radius = Math.Sqrt(-2 * Math.Log(1 - NextDouble()));
        _secondNormal = radius * Math.Sin(angle);
        return radius * Math.Cos(angle);
    }

    private double NextDouble()
    {
        ulong word = ((ulong)NextWord() << 32) | NextWord();
        return (word & ((1UL << 53) - 1)) * (1.0 / (1UL << 53));
    }

    private uint NextWord()
    {
        if (_next == StateLength) Twist();
        uint word = _state[_next++];
        word ^= word >> 11;
        word ^= (word << 7) & 0x9D2C5680;
        word ^= (word << 15) & 0xEFC60000;
        return word ^ (word >> 18);
    }

    private void Twist()
    {
        uint[] state = _state;
        const int Wrapped = StateLength - StateMiddle;
        for (int i = 0; i < Wrapped; i++) state[i] = state[i + StateMiddle] ^ Mix(state[i], state[i + 1]);
        for (int i = Wrapped; i < StateLength - 1; i++) state[i] = state[i - Wrapped] ^ Mix(state[i], state[i + 1]);
        state[StateLength - 1] = state[StateMiddle - 1] ^ Mix(state[StateLength - 1], state[0]);
        _next = 0;
    }

    private static uint Mix(uint upper, uint lower) =>
        (((upper & 0x80000000) | (lower & 0x7FFFFFFF)) >> 1) ^ (0x9908B0DF & (0u - (lower & 1)));
}
