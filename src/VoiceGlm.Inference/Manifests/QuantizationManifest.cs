namespace VoiceGlm.Inference;

/// <summary>How the matrices of a model were rounded when it was converted.</summary>
public sealed record QuantizationManifest
{
    /// <summary>Bits of an element of the layers' matrices.</summary>
    public required int Bits { get; init; }

    /// <summary>Bits of an element of the output layer; 32 where it was not rounded.</summary>
    public required int HeadBits { get; init; }

    /// <summary>Elements that share a scale.</summary>
    public required int BlockSize { get; init; }

    /// <summary>For each matrix, how much the rounding changed: root mean square of the change by that of the matrix.</summary>
    public required IReadOnlyDictionary<string, double> Errors { get; init; }
}
