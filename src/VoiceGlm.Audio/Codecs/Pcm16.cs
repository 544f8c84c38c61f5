namespace VoiceGlm.Audio;

/// <summary>Samples of 16 bits, which the codecs of the ITU count in.</summary>
internal static class Pcm16
{
    public const float Scale = 1f / 32768;

    /// <summary>The nearest integer; what is beyond the range is clipped, and what is no number is silence.</summary>
    public static short FromFloat(float sample)
    {
        float scaled = MathF.Round(sample * 32768);
        return float.IsNaN(scaled) ? (short)0 : (short)Math.Clamp(scaled, short.MinValue, short.MaxValue);
    }

    public static int Saturate(int value) => Math.Clamp(value, short.MinValue, short.MaxValue);
}
