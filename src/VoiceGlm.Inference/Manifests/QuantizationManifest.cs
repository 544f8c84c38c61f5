namespace VoiceGlm.Inference;

/// <summary>How the matrices of a part were rounded when it was converted, and what that changed.</summary>
public sealed record QuantizationManifest
{
    /// <summary>How matrices are kept: <c>fp16</c>, <c>bf16</c>, <c>int8</c> or <c>int4</c>; <c>fp32</c> where only the head was rounded.</summary>
    public required string Weights { get; init; }

    /// <summary>The same for the output layer of a language model; null where there is none.</summary>
    public string? Head { get; init; }

    /// <summary>Whether the graph computes with 16-bit floats, and takes keys and values so.</summary>
    public bool ComputesInHalf { get; init; }

    /// <summary>Elements that share a scale, with 8 and 4 bits.</summary>
    public required int BlockSize { get; init; }

    /// <summary>For each matrix, how much the rounding changed: root mean square of the change by that of the matrix.</summary>
    public required IReadOnlyDictionary<string, double> Errors { get; init; }

    /// <summary>How far the logits of a fixed prompt are off; null where that was not asked.</summary>
    public ProbeManifest? Probe { get; init; }
}

/// <summary>What a rounded language model makes of a fixed prompt, compared with what the checkpoint makes of it in 32-bit floats.</summary>
public sealed record ProbeManifest
{
    /// <summary>Tokens of the prompt.</summary>
    public required int Tokens { get; init; }

    /// <summary>Root mean square of the difference of the logits by that of the checkpoint's.</summary>
    public required double LogitError { get; init; }

    /// <summary>Share of the tokens after which both choose the same.</summary>
    public required double SameChoice { get; init; }
}
