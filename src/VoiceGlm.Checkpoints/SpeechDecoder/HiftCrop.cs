using VoiceGlm.Checkpoints.Onnx;

namespace VoiceGlm.Checkpoints.SpeechDecoder;

/// <summary>
/// Drops, layer by layer, what a stage's later layers do not read: of a stage's values some before and some after will be cut
/// at its end, and a layer needs of those only as many as the layers after it reach.
/// </summary>
/// <param name="graph">The graph.</param>
/// <param name="length">Values of the stage, [1].</param>
/// <param name="before">Values that will be cut before, [1].</param>
/// <param name="after">Values that will be cut after, [1].</param>
internal sealed class HiftCrop(GraphBuilder graph, Edge length, Edge before, Edge after)
{
    /// <summary>The reach of values of which none has been dropped.</summary>
    public const int Everything = int.MaxValue;

    private const long TimeAxis = 3;

    private readonly Dictionary<int, (Edge First, Edge End)> _bounds = [];

    /// <summary>Keeps what is to be left at the end and <paramref name="reach"/> values on either side.</summary>
    /// <param name="values">[1, channels, 1, time], cropped to <paramref name="formerReach"/> before.</param>
    /// <param name="formerReach">A former reach, or <see cref="Everything"/>.</param>
    /// <param name="reach">Values that the layers to come read on either side.</param>
    public Edge Apply(Edge values, int formerReach, int reach)
    {
        if (reach >= formerReach) return values;
        (Edge first, Edge end) = Bounds(reach);
        if (formerReach != Everything)
        {
            Edge start = Bounds(formerReach).First;
            first = graph.Subtract(first, start);
            end = graph.Subtract(end, start);
        }

        return graph.Op("Slice", [values, first, end, graph.Constant(TimeAxis)]);
    }

    private (Edge First, Edge End) Bounds(int reach)
    {
        if (_bounds.TryGetValue(reach, out (Edge, Edge) known)) return known;
        return _bounds[reach] = (Dropped(before, reach), graph.Subtract(length, Dropped(after, reach)));
    }

    private Edge Dropped(Edge cut, int reach) => graph.Op("Max", [graph.Subtract(cut, graph.Constant((long)reach)), graph.Constant(0L)]);
}
