using VoiceGlm.Checkpoints.Onnx;

namespace VoiceGlm.Checkpoints.SpeechDecoder;

/// <summary>
/// The activation x + sin²(αx) / α (Ziyin, Hartwig and Ueda 2020) in operators that use every core: ONNX Runtime computes its
/// sine on one core, without wide registers, and that would be a quarter of the vocoder's time.
/// </summary>
/// <remarks>
/// The activation works on z = 4αx/π, where one period of sin² is 4, and gives z + 4·sin²(πz/4)/π; the convolutions on either
/// side take the scale into their weights. sin² is off by less than 1e-6.
/// </remarks>
internal static class Snake
{
    /// <summary>z for αx = 1.</summary>
    public const double Scale = Period / Math.PI;

    private const double Period = 4;

    // Adding and subtracting 1.5·2²⁵ rounds a single to a multiple of the period.
    private const float Rounding = 50_331_648f;
    private const float SmallestAlpha = 0.01f;

    // 2·sin(πr/4)/√π = r·(c₀ − t·(c₁ − t·(c₂ − c₃t))), t = r² in [0, 4]: its square is off by no more at one place than at others.
    private static readonly float[] s_sine = [0.8862217626f, 0.09109827436f, 0.002799623674f, 3.802024128e-5f];

    /// <summary>Whether the scale can be taken into the weights: no channel's α is so small that its inverse would spoil them.</summary>
    public static bool CanScale(ReadOnlySpan<float> alphas)
    {
        foreach (float alpha in alphas)
        {
            if (!(Math.Abs(alpha) >= SmallestAlpha)) return false;
        }

        return true;
    }

    /// <summary>z + 4·sin²(πz/4)/π of each value.</summary>
    public static Edge Scaled(GraphBuilder graph, Edge z)
    {
        Edge whole = graph.Subtract(graph.Add(z, graph.Scalar(Rounding)), graph.Scalar(Rounding));
        Edge r = graph.Subtract(z, whole);
        Edge t = graph.Multiply(r, r);
        Edge sum = Line(graph, t, -s_sine[3], s_sine[2]);
        sum = Line(graph, graph.Multiply(sum, t), -1, s_sine[1]);
        sum = Line(graph, graph.Multiply(sum, t), -1, s_sine[0]);
        Edge sine = graph.Multiply(sum, r);
        return graph.Add(z, graph.Multiply(sine, sine));
    }

    /// <summary>x + sin²(αx) / α of each value, as it is written.</summary>
    public static Edge Plain(GraphBuilder graph, Edge x, Edge alpha, Edge inverse)
    {
        Edge sine = graph.Op("Sin", [graph.Multiply(x, alpha)]);
        return graph.Add(x, graph.Multiply(graph.Multiply(sine, sine), inverse));
    }

    // slope·x + start in one operator; it is between 0 and 1, as the operator would make it.
    private static Edge Line(GraphBuilder graph, Edge x, float slope, float start) =>
        graph.Op("HardSigmoid", [x], ("alpha", slope), ("beta", start));
}
