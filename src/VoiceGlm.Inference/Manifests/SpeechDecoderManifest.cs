namespace VoiceGlm.Inference;

/// <summary>The numbers of a speech decoder (reference: glm-4-voice-decoder <c>config.yaml</c>).</summary>
public sealed record SpeechDecoderManifest
{
    /// <summary>Samples per second of the speech.</summary>
    public required int SampleRate { get; init; }

    /// <summary>The flow: speech tokens to mel spectrogram.</summary>
    public required FlowManifest Flow { get; init; }

    /// <summary>The vocoder: mel spectrogram to waveform.</summary>
    public required VocoderManifest Vocoder { get; init; }

    /// <summary>How the matrices were rounded; null where they are as published.</summary>
    public QuantizationManifest? Quantization { get; init; }
}
