namespace VoiceGlm.Audio;

/// <summary>Says so when an option is out of its range.</summary>
internal static class OptionRange
{
    /// <exception cref="ArgumentOutOfRangeException">It is.</exception>
    public static void Require(bool holds, string name, object value, string range)
    {
        if (!holds) throw new ArgumentOutOfRangeException(name, value, $"{name} must be {range}.");
    }
}
