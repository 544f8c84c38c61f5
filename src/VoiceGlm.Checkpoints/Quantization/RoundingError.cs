namespace VoiceGlm.Checkpoints;

/// <summary>How much rounding changed the elements of a tensor. Not thread-safe.</summary>
/// <param name="name">The tensor.</param>
internal sealed class RoundingError(string name)
{
    /// <summary>The tensor.</summary>
    public string Name => name;

    /// <summary>Sum of the squares of the change.</summary>
    public double SquaredError { get; private set; }

    /// <summary>Sum of the squares of the tensor.</summary>
    public double Squares { get; private set; }

    /// <summary>Root mean square of the change by that of the tensor.</summary>
    public double Relative => Squares == 0 ? 0 : Math.Sqrt(SquaredError / Squares);

    /// <summary>Forgets what was counted: the tensor is written anew.</summary>
    public void Reset() => Restore(0, 0);

    /// <summary>Takes what was counted when the tensor was written before.</summary>
    public void Restore(double squaredError, double squares) => (SquaredError, Squares) = (squaredError, squares);

    /// <summary>Counts elements.</summary>
    /// <param name="values">As they are.</param>
    /// <param name="squaredError">The sum of the squares of what rounding changes.</param>
    public void Add(ReadOnlySpan<float> values, double squaredError)
    {
        SquaredError += squaredError;
        foreach (float value in values) Squares += (double)value * value;
    }

    /// <summary>Counts an element.</summary>
    public void Add(float value, float rounded)
    {
        double change = value - rounded;
        SquaredError += change * change;
        Squares += (double)value * value;
    }
}
