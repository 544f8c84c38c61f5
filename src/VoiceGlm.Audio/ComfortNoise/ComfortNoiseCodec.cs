namespace VoiceGlm.Audio;

/// <summary>The payload of RFC 3389: how loud the noise behind a voice is, and how it is coloured.</summary>
internal static class ComfortNoiseCodec
{
    /// <summary>Coefficients that are used at most; more colour is not heard.</summary>
    public const int LargestOrder = 12;

    // §3.1: decibels below the overload point, in 7 bits. §3.2: reflection coefficients in steps of 258/32768 around the 128th.
    private const int FaintestLevel = 127;
    private const int ZeroIndex = 127;
    private const double Step = 258.0 / 32768;

    /// <summary>The level byte of a mean square.</summary>
    public static byte LevelOf(double power) => (byte)Math.Clamp(Math.Round(-10 * Math.Log10(Math.Max(power, 1e-13))), 0, FaintestLevel);

    /// <summary>The mean square of a level byte, whose first bit says nothing.</summary>
    public static double PowerOf(byte level) => Math.Pow(10, -(level & FaintestLevel) / 10.0);

    /// <summary>The byte of a reflection coefficient.</summary>
    public static byte IndexOf(double coefficient) => (byte)Math.Clamp(Math.Round(coefficient / Step) + ZeroIndex, 0, 2 * ZeroIndex);

    /// <summary>The reflection coefficient of a byte, inside (-1, 1) for every byte.</summary>
    public static float CoefficientOf(byte index) => (float)((Math.Min(index, (byte)(2 * ZeroIndex)) - ZeroIndex) * Step);
}
