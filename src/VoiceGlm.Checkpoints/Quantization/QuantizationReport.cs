using VoiceGlm.Inference;

namespace VoiceGlm.Checkpoints;

/// <summary>Says in a manifest what rounding changed. Stateless.</summary>
internal static class QuantizationReport
{
    /// <summary>The report of a part whose matrices are all kept alike; null where they are as published.</summary>
    public static QuantizationManifest? Of(Precision precision, WrittenPart written) => precision == Precision.Full ? null : new QuantizationManifest
    {
        Weights = PrecisionName.Of(precision),
        BlockSize = QuantizationOptions.UsualBlockSize,
        Errors = written.RoundingErrors,
    };
}
