namespace VoiceGlm.SpeechDecoder;

/// <summary>The times at which the flow's velocity is asked for, and how far each step goes. Immutable.</summary>
/// <remarks>
/// CosyVoice flow/flow_matching.py: the time is a running sum of step lengths in single precision, not the table itself.
/// </remarks>
internal sealed class FlowSchedule
{
    private readonly float[] _times;
    private readonly float[] _lengths;

    /// <summary>Divides [0, 1] into steps.</summary>
    /// <param name="steps">Number of steps, at least 1.</param>
    /// <param name="cosine">Short steps first, as 1 − cos(πt/2); otherwise all of one length.</param>
    public FlowSchedule(int steps, bool cosine)
    {
        Table = new float[steps + 1];
        float width = 1f / steps;
        for (int i = 0; i <= steps; i++)
        {
            // torch.linspace counts from the nearer end.
            float even = i < (steps + 1) / 2 ? width * i : 1f - (width * (steps - i));
            Table[i] = cosine ? 1f - MathF.Cos(even * 0.5f * MathF.PI) : even;
        }

        _times = new float[steps];
        _lengths = new float[steps];
        float time = Table[0];
        float length = Table[1] - Table[0];
        for (int i = 0; i < steps; i++)
        {
            _times[i] = time;
            _lengths[i] = length;
            time += length;
            if (i + 2 <= steps) length = Table[i + 2] - time;
        }
    }

    /// <summary>The ends of the steps: steps + 1 values from 0 to 1.</summary>
    public float[] Table { get; }

    /// <summary>The time of each step.</summary>
    public ReadOnlySpan<float> Times => _times;

    /// <summary>The length of each step.</summary>
    public ReadOnlySpan<float> Lengths => _lengths;
}
