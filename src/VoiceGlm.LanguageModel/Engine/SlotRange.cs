using System.Globalization;
using VoiceGlm.Inference;

namespace VoiceGlm.LanguageModel;

/// <summary>A call of the graph on slots that follow one another, bound to their keys and values once. Not thread-safe.</summary>
internal sealed class SlotRange : IDisposable
{
    private readonly List<Tensor> _views = [];

    public SlotRange(Graph graph, KeyValueCache cache, int firstSlot, int count)
    {
        FirstSlot = firstSlot;
        Count = count;
        Call = graph.CreateCall();
        for (int layer = 0; layer < cache.Layers; layer++)
        {
            // The graph writes new rows into the buffers that it reads the old ones from.
            string name = layer.ToString(CultureInfo.InvariantCulture);
            Bind("keys_" + name, cache.Keys(layer, firstSlot, count));
            Bind("values_" + name, cache.Values(layer, firstSlot, count));
        }
    }

    /// <summary>First slot of the range.</summary>
    public int FirstSlot { get; }

    /// <summary>Number of slots.</summary>
    public int Count { get; }

    /// <summary>The call.</summary>
    public GraphCall Call { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Call.Dispose();
        foreach (Tensor view in _views) view.Dispose();
    }

    private void Bind(string name, Tensor view)
    {
        _views.Add(view);
        Call.Input(name, view).Output("next_" + name, view);
    }
}
