namespace VoiceGlm.Checkpoints;

/// <summary>How far a conversion is.</summary>
/// <param name="Step">What is being written, for people.</param>
/// <param name="BytesDone">Weight bytes written of this step.</param>
/// <param name="BytesTotal">Weight bytes of this step.</param>
public readonly record struct ConversionProgress(string Step, long BytesDone, long BytesTotal);
