using VoiceGlm.Inference;

namespace VoiceGlm.LanguageModel;

/// <summary>What the keys and values of one conversation take.</summary>
/// <param name="Layers">Layers, each with a buffer for keys and one for values.</param>
/// <param name="Heads">Key/value heads of a layer.</param>
/// <param name="HeadSize">Width of a head.</param>
/// <param name="Capacity">Tokens that a conversation may hold.</param>
/// <param name="InHalf">Whether they are 16-bit floats.</param>
internal sealed record KeyValueShape(int Layers, int Heads, int HeadSize, int Capacity, bool InHalf)
{
    private const string FirstKeys = "keys_0";

    /// <summary>Rows of a buffer. A slot that takes part in a batch without a token of its own is written to at its end: one row more, for a full one.</summary>
    public int Rows => Capacity + 1;

    /// <summary>Elements of a conversation in one buffer.</summary>
    public long SlotElements => (long)Heads * Rows * HeadSize;

    /// <summary>Bytes of a conversation that fills its context, all layers together.</summary>
    public long BytesOfSession => 2L * Layers * SlotElements * (InHalf ? 2 : sizeof(float));

    /// <summary>What a graph takes.</summary>
    /// <param name="manifest">The model's numbers.</param>
    /// <param name="graph">The graph.</param>
    /// <param name="contextLength">Tokens that a conversation may hold, or <see langword="null"/> for as many as the model was trained on.</param>
    public static KeyValueShape Of(LanguageModelManifest manifest, Graph graph, int? contextLength) => new(
        manifest.Layers,
        manifest.KeyValueHeads,
        manifest.HeadSize,
        contextLength ?? manifest.ContextLength,
        graph.Inputs.Any(static input => input is { Name: FirstKeys, Type: "float16" }));
}
