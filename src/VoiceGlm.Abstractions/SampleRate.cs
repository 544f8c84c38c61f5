namespace VoiceGlm;

/// <summary>Samples per second of one channel, in hertz.</summary>
/// <param name="Hertz">Samples per second; positive.</param>
public readonly record struct SampleRate(int Hertz)
{
    /// <summary>8 kHz: G.711, the telephone.</summary>
    public static readonly SampleRate Narrowband = new(8_000);

    /// <summary>16 kHz: voice activity detection, the speech tokenizer.</summary>
    public static readonly SampleRate Wideband = new(16_000);

    /// <summary>22.05 kHz: the published speech decoder.</summary>
    public static readonly SampleRate Vocoder = new(22_050);

    /// <summary>48 kHz: Opus, browsers.</summary>
    public static readonly SampleRate Fullband = new(48_000);

    /// <summary>The time that <paramref name="sampleCount"/> samples last.</summary>
    public TimeSpan DurationOf(long sampleCount) => TimeSpan.FromSeconds((double)sampleCount / Hertz);

    /// <summary>The number of samples in <paramref name="duration"/>, rounded to the nearest.</summary>
    public int SamplesIn(TimeSpan duration) => (int)Math.Round(duration.TotalSeconds * Hertz);

    /// <inheritdoc/>
    public override string ToString() => $"{Hertz} Hz";
}
