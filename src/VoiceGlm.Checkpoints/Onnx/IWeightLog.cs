namespace VoiceGlm.Checkpoints.Onnx;

/// <summary>Remembers which weights of a data file are on the disk, so that a writing that was interrupted goes on after them.</summary>
internal interface IWeightLog
{
    /// <summary>The weights that are, from the first on.</summary>
    IReadOnlyList<WrittenWeight> Finished { get; }

    /// <summary>Adds the next.</summary>
    void Add(IReadOnlyList<WrittenWeight> weights);
}
