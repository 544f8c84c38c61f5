namespace VoiceGlm.Checkpoints;

/// <summary>How far a long piece of work is.</summary>
/// <param name="Step">What is being done, for people.</param>
/// <param name="BytesDone">Bytes done of the whole work; never falls.</param>
/// <param name="BytesTotal">Bytes of the whole work.</param>
public readonly record struct ConversionProgress(string Step, long BytesDone, long BytesTotal);
