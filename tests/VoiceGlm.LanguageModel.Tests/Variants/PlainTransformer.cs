using VoiceGlm.Checkpoints;

namespace VoiceGlm.LanguageModel.Tests;

/// <summary>The network as its formulas say, one position after the other in double precision: what graphs are compared with.</summary>
internal sealed class PlainTransformer(RandomCheckpoint config, TensorSource weights)
{
    /// <summary>Logits of every position. Shape [ids, vocabulary].</summary>
    public float[] Logits(ReadOnlySpan<TokenId> ids)
    {
        var states = new double[ids.Length][];
        for (int i = 0; i < states.Length; i++)
        {
            float[] table = weights.ReadAll("transformer.embedding.word_embeddings.weight");
            states[i] = Array.ConvertAll(table.AsSpan(ids[i].Value * config.Hidden, config.Hidden).ToArray(), static value => (double)value);
        }

        for (int layer = 0; layer < config.Layers; layer++)
        {
            string name = $"transformer.encoder.layers.{layer}.";
            double[][] attended = Attend(name + "self_attention.", Each(states, state => Norm(name + "input_layernorm.weight", state)));
            states = Each(states, attended, Sum);
            double[][] fed = Each(states, state => FeedForward(name + "mlp.", Norm(name + "post_attention_layernorm.weight", state)));
            states = Each(states, fed, Sum);
        }

        if (config.FinalNorm) states = Each(states, state => Norm("transformer.encoder.final_layernorm.weight", state));
        string head = config.Tied ? "transformer.embedding.word_embeddings" : "transformer.output_layer";
        return [.. Each(states, state => Linear(head, state, bias: false)).SelectMany(static row => row).Select(static value => (float)value)];
    }

    private double[][] Attend(string name, double[][] inputs)
    {
        int size = config.HeadSize;
        double[][] projected = Each(inputs, input => Linear(name + "query_key_value", input, config.QkvBias || config.LinearBias));
        var outputs = new double[inputs.Length][];
        for (int i = 0; i < inputs.Length; i++)
        {
            var output = new double[config.Heads * size];
            for (int head = 0; head < config.Heads; head++)
            {
                int group = head / (config.Heads / config.KeyValueHeads);
                double[] query = Rotate(Part(projected[i], 0, head), i);
                var scores = new double[i + 1];
                for (int j = 0; j <= i; j++) scores[j] = Math.Exp(Dot(query, Rotate(Part(projected[j], 1, group), j)) / Math.Sqrt(size));
                double total = scores.Sum();
                for (int j = 0; j <= i; j++)
                {
                    double[] value = Part(projected[j], 2, group);
                    for (int k = 0; k < size; k++) output[(head * size) + k] += scores[j] / total * value[k];
                }
            }

            outputs[i] = Linear(name + "dense", output, config.LinearBias);
        }

        return outputs;
    }

    // Rows: all queries, all keys, all values; without groups query, key and value of head 0, of head 1…
    private double[] Part(double[] projected, int part, int head)
    {
        int before = part switch { 0 => 0, 1 => config.Heads, _ => config.Heads + config.KeyValueHeads };
        int row = config.Groups is null ? (head * 3) + part : before + head;
        return projected.AsSpan(row * config.HeadSize, config.HeadSize).ToArray();
    }

    // The first half of a head, in pairs of neighbours.
    private double[] Rotate(double[] head, int position)
    {
        int width = head.Length / 2;
        double[] result = [.. head];
        for (int i = 0; i < width; i += 2)
        {
            double angle = position * Math.Pow(10_000 * config.RopeRatio, -(double)i / width);
            result[i] = (head[i] * Math.Cos(angle)) - (head[i + 1] * Math.Sin(angle));
            result[i + 1] = (head[i + 1] * Math.Cos(angle)) + (head[i] * Math.Sin(angle));
        }

        return result;
    }

    private double[] FeedForward(string name, double[] input)
    {
        double[] both = Linear(name + "dense_h_to_4h", input, config.LinearBias);
        var active = new double[config.FeedForward];
        for (int i = 0; i < active.Length; i++) active[i] = both[i] / (1 + Math.Exp(-both[i])) * both[active.Length + i];
        return Linear(name + "dense_4h_to_h", active, config.LinearBias);
    }

    private double[] Linear(string name, double[] input, bool bias)
    {
        float[] matrix = weights.ReadAll(name + ".weight");
        var output = new double[matrix.Length / input.Length];
        float[] offset = bias ? weights.ReadAll(name + ".bias") : new float[output.Length];
        for (int row = 0; row < output.Length; row++)
        {
            output[row] = offset[row];
            for (int column = 0; column < input.Length; column++) output[row] += matrix[(row * input.Length) + column] * input[column];
        }

        return output;
    }

    private double[] Norm(string name, double[] input)
    {
        float[] scale = weights.ReadAll(name);
        double root = Math.Sqrt((Dot(input, input) / input.Length) + config.Epsilon);
        return [.. input.Zip(scale, (value, factor) => value / root * factor)];
    }

    private static double Dot(double[] left, double[] right) => left.Zip(right, static (a, b) => a * b).Sum();

    private static double[] Sum(double[] left, double[] right) => [.. left.Zip(right, static (a, b) => a + b)];

    private static double[][] Each(double[][] rows, Func<double[], double[]> function) => Array.ConvertAll(rows, row => function(row));

    private static double[][] Each(double[][] left, double[][] right, Func<double[], double[], double[]> function) => [.. left.Zip(right, function)];
}
