namespace VoiceGlm.Checkpoints;

/// <summary>Precisions by the names that command lines and manifests have for them. Stateless.</summary>
public static class PrecisionName
{
    private static readonly (Precision Precision, string Name)[] s_names =
    [
        (Precision.Full, "fp32"), (Precision.Half, "fp16"), (Precision.BFloat16, "bf16"), (Precision.EightBits, "int8"), (Precision.FourBits, "int4"),
    ];

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> All { get; } = [.. s_names.Select(static entry => entry.Name)];

    /// <summary>The name of a precision.</summary>
    public static string Of(Precision precision) => s_names.Single(entry => entry.Precision == precision).Name;

    /// <summary>The precision of a name, or <see langword="null"/> where there is none.</summary>
    public static Precision? Find(string name) => s_names.Where(entry => entry.Name == name).Select(static entry => (Precision?)entry.Precision).FirstOrDefault();
}
