namespace VoiceGlm;

/// <summary>A block of mono PCM and its place on the stream's own clock.</summary>
/// <param name="Samples">Shape [sample count], in [-1, 1]. Not written after the frame is published.</param>
/// <param name="SampleRate">Samples per second.</param>
/// <param name="Position">Samples before this frame since the stream began.</param>
public readonly record struct AudioFrame(ReadOnlyMemory<float> Samples, SampleRate SampleRate, long Position)
{
    /// <summary>When the first sample of the frame stands on the stream's clock.</summary>
    public TimeSpan Timestamp => SampleRate.DurationOf(Position);

    /// <summary>How long the frame lasts.</summary>
    public TimeSpan Duration => SampleRate.DurationOf(Samples.Length);
}
