using System.Numerics;

namespace VoiceGlm.Audio;

/// <summary>
/// One of the two laws of ITU-T G.711: 8 bits of sign, segment and step for a sample, the steps doubling from segment to segment.
/// </summary>
internal sealed class CompandingLaw
{
    public static readonly CompandingLaw Mu = new(MuEncode, MuDecode);
    public static readonly CompandingLaw A = new(AEncode, ADecode);

    // The first segments of the µ-law are moved so that all segments have one formula; the largest codeword stands for all beyond.
    private const int MuBias = 132;
    private const int MuClip = 32635;

    // G.711 sends every other bit of the A-law inverted, and every bit of the µ-law.
    private const int AInversion = 0x55;

    private readonly Func<short, byte> _encode;
    private readonly float[] _decoded = new float[256];

    private CompandingLaw(Func<short, byte> encode, Func<byte, int> decode)
    {
        _encode = encode;
        for (int code = 0; code < 256; code++) _decoded[code] = decode((byte)code) * Pcm16.Scale;
    }

    /// <summary>The codeword whose value is nearest.</summary>
    public byte Encode(short sample) => _encode(sample);

    /// <summary>The value of a codeword, in [-1, 1].</summary>
    public float Decode(byte code) => _decoded[code];

    private static byte MuEncode(short sample)
    {
        int magnitude = Math.Min(Math.Abs((int)sample), MuClip) + MuBias;
        int segment = BitOperations.Log2((uint)magnitude) - 7;
        int step = (magnitude >> (segment + 3)) & 15;
        return (byte)~((sample < 0 ? 0x80 : 0) | (segment << 4) | step);
    }

    private static int MuDecode(byte code)
    {
        int bits = (byte)~code;
        int magnitude = ((((bits & 15) << 3) + MuBias) << ((bits >> 4) & 7)) - MuBias;
        return (bits & 0x80) != 0 ? -magnitude : magnitude;
    }

    private static byte AEncode(short sample)
    {
        int magnitude = sample < 0 ? ~sample : sample;
        int segment = Math.Max(0, BitOperations.Log2((uint)magnitude | 1) - 7);
        int step = (magnitude >> (Math.Max(segment, 1) + 3)) & 15;
        return (byte)(((sample < 0 ? 0 : 0x80) | (segment << 4) | step) ^ AInversion);
    }

    private static int ADecode(byte code)
    {
        int bits = code ^ AInversion;
        int segment = (bits >> 4) & 7;
        int magnitude = ((bits & 15) << 4) + 8;
        if (segment > 0) magnitude = (magnitude + 256) << (segment - 1);
        return (bits & 0x80) != 0 ? magnitude : -magnitude;
    }
}
