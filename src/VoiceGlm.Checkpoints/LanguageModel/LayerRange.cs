namespace VoiceGlm.Checkpoints;

/// <summary>A part of a language model: layers that follow one another, of which the first begins with the embedding, and rows of the output layer.</summary>
/// <param name="First">The first layer.</param>
/// <param name="End">The layer after the last; the same as <paramref name="First"/> for none.</param>
/// <param name="FirstToken">The first token whose logit is given.</param>
/// <param name="Tokens">How many tokens' logits are given; 0 where the output layer is in another part.</param>
internal readonly record struct LayerRange(int First, int End, int FirstToken = 0, int Tokens = 0)
{
    /// <summary>Whether the output layer, or some of it, follows.</summary>
    public bool WithHead => Tokens > 0;

    /// <summary>The whole model.</summary>
    public static LayerRange All(int layers, int vocabularySize) => new(0, layers, 0, vocabularySize);
}
