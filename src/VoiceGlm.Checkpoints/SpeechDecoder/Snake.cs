using VoiceGlm.Checkpoints.Onnx;

namespace VoiceGlm.Checkpoints.SpeechDecoder;

/// <summary>
/// The activation x + sin²(αx) / α (Ziyin, Hartwig and Ueda 2020) in operators that use every core: ONNX Runtime computes its
/// sine on one core, without wide registers, and that would be a quarter of the vocoder's time.
/// </summary>
/// <remarks>
/// The activation works on z = αx/π, where one period of sin² is 1, and gives z + sin²(πz)/π; the convolutions on either side
/// take the scale into their weights. Error against the exact sin²: below 5e-7.
/// </remarks>
internal static class Snake
{
    // Adding and subtracting 1.5·2²³ rounds a single to an integer.
    private const float Rounding = 12_582_912f;
    private const float SmallestAlpha = 0.01f;

    // 2 − 2·cos(πr/2) = t·(c₀ + c₁t + c₂t²), t = r² in [0, 1/4]: Taylor, its fourth term spread over the others by Chebyshev's T₃.
    private const double Quarter = 0.25;
    private static readonly double s_fourth = -2 * Math.Pow(Math.PI / 2, 8) / 40320;
    private static readonly double s_c0 = (2 * Math.Pow(Math.PI / 2, 2) / 2) + (s_fourth * Quarter * Quarter * Quarter / 32);
    private static readonly double s_c1 = (-2 * Math.Pow(Math.PI / 2, 4) / 24) - (s_fourth * Quarter * Quarter * 18 / 32);
    private static readonly double s_c2 = (2 * Math.Pow(Math.PI / 2, 6) / 720) + (s_fourth * Quarter * 48 / 32);

    /// <summary>Whether the scale can be taken into the weights: no channel's α is so small that its inverse would spoil them.</summary>
    public static bool CanScale(ReadOnlySpan<float> alphas)
    {
        foreach (float alpha in alphas)
        {
            if (!(Math.Abs(alpha) >= SmallestAlpha)) return false;
        }

        return true;
    }

    /// <summary>z + sin²(πz)/π of each value.</summary>
    public static Edge Scaled(GraphBuilder graph, Edge z)
    {
        Edge whole = graph.Subtract(graph.Add(z, graph.Scalar(Rounding)), graph.Scalar(Rounding));
        Edge r = graph.Subtract(z, whole);
        Edge t = graph.Multiply(r, r);
        // With w(θ) = 4·sin²(θ), w(2θ) = w·(4 − w): from πr/4 to πr in two steps. All is scaled so that the last gives sin²/π.
        double scale = 1 / Math.Sqrt(2 * Math.Sqrt(Math.PI));
        Edge w = graph.Add(graph.Multiply(t, graph.Scalar((float)(scale * s_c2))), graph.Scalar((float)(scale * s_c1)));
        w = graph.Add(graph.Multiply(w, t), graph.Scalar((float)(scale * s_c0)));
        w = graph.Multiply(w, t);
        w = graph.Multiply(w, graph.Subtract(graph.Scalar((float)(4 * scale)), w));
        w = graph.Multiply(w, graph.Subtract(graph.Scalar((float)(2 / Math.Sqrt(Math.PI))), w));
        return graph.Add(z, w);
    }

    /// <summary>x + sin²(αx) / α of each value, as it is written.</summary>
    public static Edge Plain(GraphBuilder graph, Edge x, Edge alpha, Edge inverse)
    {
        Edge sine = graph.Op("Sin", [graph.Multiply(x, alpha)]);
        return graph.Add(x, graph.Multiply(graph.Multiply(sine, sine), inverse));
    }
}
