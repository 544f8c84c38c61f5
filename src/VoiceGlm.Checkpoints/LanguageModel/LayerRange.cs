namespace VoiceGlm.Checkpoints;

/// <summary>Layers of a language model that follow one another; the first begins with the embedding.</summary>
/// <param name="First">The first layer.</param>
/// <param name="End">The layer after the last; the same as <paramref name="First"/> for none.</param>
/// <param name="WithHead">Whether the output layer follows.</param>
internal readonly record struct LayerRange(int First, int End, bool WithHead)
{
    /// <summary>The whole model.</summary>
    public static LayerRange All(int layers) => new(0, layers, WithHead: true);
}
