namespace VoiceGlm.Checkpoints;

/// <summary>How much rounding changed the elements of a tensor. Not thread-safe.</summary>
/// <param name="name">The tensor.</param>
internal sealed class RoundingError(string name)
{
    private double _squaredError;
    private double _squares;

    /// <summary>The tensor.</summary>
    public string Name => name;

    /// <summary>Root mean square of the change by that of the tensor.</summary>
    public double Relative => _squares == 0 ? 0 : Math.Sqrt(_squaredError / _squares);

    /// <summary>Forgets what was counted: the tensor is written anew.</summary>
    public void Reset() => _squaredError = _squares = 0;

    /// <summary>Counts elements.</summary>
    /// <param name="values">As they are.</param>
    /// <param name="squaredError">The sum of the squares of what rounding changes.</param>
    public void Add(ReadOnlySpan<float> values, double squaredError)
    {
        _squaredError += squaredError;
        foreach (float value in values) _squares += (double)value * value;
    }

    /// <summary>Counts an element.</summary>
    public void Add(float value, float rounded)
    {
        double change = value - rounded;
        _squaredError += change * change;
        _squares += (double)value * value;
    }
}
