namespace VoiceGlm.Inference;

/// <summary>The numbers of the vocoder (reference: <c>hift:</c> of the decoder's <c>config.yaml</c>).</summary>
public sealed record VocoderManifest
{
    /// <summary>Bins of the mel spectrogram.</summary>
    public required int MelBins { get; init; }

    /// <summary>Samples of speech per mel frame.</summary>
    public required int HopLength { get; init; }

    /// <summary>Overtones of the source, above the fundamental.</summary>
    public required int Harmonics { get; init; }

    /// <summary>Amplitude of the sine source.</summary>
    public required float SineAmplitude { get; init; }

    /// <summary>Standard deviation of the noise in voiced frames.</summary>
    public required float NoiseDeviation { get; init; }

    /// <summary>Fundamental frequency above which a frame is voiced, in hertz.</summary>
    public required float VoicedThresholdHertz { get; init; }

    /// <summary>Mel frames on either side that a frame's samples depend on, through the waveform or through the source.</summary>
    public required int ReceptiveFieldFrames { get; init; }

    /// <summary>Mel frames on either side that a frame's fundamental frequency depends on.</summary>
    public required int PitchContextFrames { get; init; }

    /// <summary>Frames that each stage of the generator, from mel to waveform, needs around those it is to voice.</summary>
    public required IReadOnlyList<FrameContext> StageContexts { get; init; }
}

/// <summary>Frames around others.</summary>
/// <param name="Before">Frames before the first.</param>
/// <param name="After">Frames after the last.</param>
public readonly record struct FrameContext(int Before, int After);
