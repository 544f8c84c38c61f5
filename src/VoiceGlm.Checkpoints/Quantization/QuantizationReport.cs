using VoiceGlm.Inference;

namespace VoiceGlm.Checkpoints;

/// <summary>Says in a manifest what rounding changed. Stateless.</summary>
internal static class QuantizationReport
{
    // What GraphBuilder takes where nothing else is asked for.
    private const int BlockSize = 32;

    /// <summary>The report of a part whose matrices are all kept alike; null where they are as published.</summary>
    public static QuantizationManifest? Of(Precision precision, WrittenPart written) => precision == Precision.Full ? null : new QuantizationManifest
    {
        Weights = PrecisionName.Of(precision),
        BlockSize = BlockSize,
        Errors = written.RoundingErrors,
    };
}
