namespace VoiceGlm.SpeechDecoder;

/// <summary>What one block added to a spectrogram.</summary>
/// <param name="Rows">Log-mel, shape [final + held, bins].</param>
/// <param name="FinalFrames">Frames, from the first on, that will not change.</param>
/// <param name="HeldFrames">Frames after those, which the next block may change.</param>
internal readonly record struct SpectrogramBlock(float[] Rows, int FinalFrames, int HeldFrames)
{
    /// <summary>The log-mel as vocoders take it, shape [bins, final + held].</summary>
    public float[] ToBins() => Mel.Transpose(Rows, FinalFrames + HeldFrames);
}
