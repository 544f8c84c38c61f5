using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace VoiceGlm.Checkpoints.Synthesis;

/// <summary>
/// Random numbers near a normal distribution, each a function of a key and its index alone: any piece of a tensor can be made
/// at any time, on any thread. Stateless.
/// </summary>
/// <remarks>
/// The sum of the four bytes of a hashed index (Irwin–Hall), scaled to the wanted deviation; it reaches ±3.45 deviations. The
/// hash is "lowbias32" of Chris Wellons' hash-prospector. After 2³² elements the numbers repeat.
/// </remarks>
internal static class GaussianNoise
{
    private const float MeanOfSum = 510;
    private const float VarianceOfSum = 21_845;

    /// <summary>The key of a tensor.</summary>
    public static ulong KeyOf(int seed, string name) =>
        BitConverter.ToUInt64(SHA256.HashData(Encoding.UTF8.GetBytes($"{seed}/{name}")));

    /// <summary>Fills a span with the numbers from index <paramref name="offset"/> on.</summary>
    public static void Fill(ulong key, long offset, Span<float> destination, float mean, float deviation)
    {
        float scale = deviation / MathF.Sqrt(VarianceOfSum);
        var shift = new Vector<float>(mean - (MeanOfSum * scale));
        var second = new Vector<uint>((uint)(key >> 32));
        Vector<uint> index = Vector.CreateSequence((uint)offset + (uint)key, 1u);
        var step = new Vector<uint>((uint)Vector<uint>.Count);
        Span<float> last = stackalloc float[Vector<float>.Count];
        for (int i = 0; i < destination.Length; i += Vector<float>.Count, index += step)
        {
            Vector<uint> bits = Mix(Mix(index) ^ second);
            Vector<uint> pairs = (bits & new Vector<uint>(0x00FF00FF)) + ((bits >>> 8) & new Vector<uint>(0x00FF00FF));
            Vector<uint> sum = (pairs & new Vector<uint>(0xFFFF)) + (pairs >>> 16);
            Vector<float> values = (Vector.ConvertToSingle(Vector.AsVectorInt32(sum)) * scale) + shift;
            if (destination.Length - i >= Vector<float>.Count)
            {
                values.CopyTo(destination[i..]);
            }
            else
            {
                values.CopyTo(last);
                last[..(destination.Length - i)].CopyTo(destination[i..]);
            }
        }
    }

    private static Vector<uint> Mix(Vector<uint> x)
    {
        x ^= x >>> 16;
        x *= 0x7FEB352D;
        x ^= x >>> 15;
        x *= 0x846CA68B;
        return x ^ (x >>> 16);
    }
}
