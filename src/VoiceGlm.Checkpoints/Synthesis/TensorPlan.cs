namespace VoiceGlm.Checkpoints.Synthesis;

/// <summary>
/// The tensors of a checkpoint to come, in the model's order, with random values that keep activations near unit size: a
/// layer's weights deviate by 1/√(inputs of an output). Not thread-safe.
/// </summary>
internal sealed class TensorPlan(int seed)
{
    private const float BiasDeviation = 0.02f;
    private const float NormDeviation = 0.05f;

    private readonly List<CheckpointTensor> _tensors = [];

    /// <summary>The tensors planned so far.</summary>
    public IReadOnlyList<CheckpointTensor> Tensors => _tensors;

    /// <summary>Random numbers around a mean.</summary>
    public void Random(string name, float mean, float deviation, params ReadOnlySpan<long> shape)
    {
        ulong key = GaussianNoise.KeyOf(seed, name);
        _tensors.Add(new CheckpointTensor(
            name, shape.ToArray(), (offset, destination) => GaussianNoise.Fill(key, offset, destination, mean, deviation)));
    }

    /// <summary>A vector of numbers that follow from their index.</summary>
    public void Formula(string name, long length, Func<long, float> value) =>
        _tensors.Add(new CheckpointTensor(name, [length], Evaluate(value)));

    /// <summary>Gives a vector that was planned as random other values, which follow from their index.</summary>
    public void Replace(string name, Func<long, float> value)
    {
        int index = _tensors.FindIndex(tensor => tensor.Name == name);
        _tensors[index] = _tensors[index] with { Read = Evaluate(value) };
    }

    /// <summary>A linear layer: <c>weight</c> [outputs, inputs] and <c>bias</c> [outputs].</summary>
    public void Linear(string name, long outputs, long inputs, bool bias = true, float gain = 1)
    {
        Random($"{name}.weight", 0, gain / MathF.Sqrt(inputs), outputs, inputs);
        if (bias) Random($"{name}.bias", 0, BiasDeviation, outputs);
    }

    /// <summary>A normalisation's scale around 1 and bias around 0.</summary>
    public void Norm(string name, long width)
    {
        Random($"{name}.weight", 1, NormDeviation, width);
        Random($"{name}.bias", 0, BiasDeviation, width);
    }

    /// <summary>A convolution: <c>weight</c> [outputs, inputs, kernel] and <c>bias</c> [outputs].</summary>
    public void Convolution(string name, long outputs, long inputs, long kernel, float gain = 1)
    {
        Random($"{name}.weight", 0, gain / MathF.Sqrt(inputs * kernel), outputs, inputs, kernel);
        Random($"{name}.bias", 0, BiasDeviation, outputs);
    }

    /// <summary>A weight-normed convolution: <c>bias</c>, <c>weight_g</c> [outputs, 1, 1] and <c>weight_v</c> [outputs, inputs, kernel].</summary>
    public void WeightNormed(string name, long outputs, long inputs, long kernel, float gain = 1)
    {
        Random($"{name}.bias", 0, BiasDeviation, outputs);
        Direction(name, gain / MathF.Sqrt(inputs * kernel), outputs, inputs, kernel);
    }

    /// <summary>A weight-normed transposed convolution: as <see cref="WeightNormed"/>, with inputs first.</summary>
    public void WeightNormedTransposed(string name, long inputs, long outputs, long kernel, long stride)
    {
        Random($"{name}.bias", 0, BiasDeviation, outputs);
        Direction(name, MathF.Sqrt((float)stride / (inputs * kernel)), inputs, outputs, kernel);
    }

    private static TensorReader Evaluate(Func<long, float> value) => (offset, destination) =>
    {
        for (int i = 0; i < destination.Length; i++) destination[i] = value(offset + i);
    };

    private void Direction(string name, float deviation, params ReadOnlySpan<long> shape)
    {
        int direction = _tensors.Count;
        Random($"{name}.weight_v", 0, deviation, shape);
        CheckpointTensor weights = _tensors[direction];
        long rowLength = weights.Count / weights.Shape[0];
        // The norm is the direction's own, so the weights are what the direction says.
        var norms = new CheckpointTensor($"{name}.weight_g", [weights.Shape[0], 1, 1], (offset, destination) =>
        {
            var row = new float[rowLength];
            for (int i = 0; i < destination.Length; i++)
            {
                weights.Read((offset + i) * rowLength, row);
                double square = 0;
                foreach (float value in row) square += (double)value * value;
                destination[i] = (float)Math.Sqrt(square);
            }
        });
        _tensors.Insert(direction, norms);
    }
}
