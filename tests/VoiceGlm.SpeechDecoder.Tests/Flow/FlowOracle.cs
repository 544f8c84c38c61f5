namespace VoiceGlm.SpeechDecoder.Tests;

/// <summary>
/// The flow in plain loops and double precision, written from the definitions of its layers: what a graph of any sizes is held against.
/// Matrices are [time, channels].
/// </summary>
internal sealed class FlowOracle(FlowCheckpoint sizes, Dictionary<string, (long[] Shape, float[] Values)> weights)
{
    private const double Epsilon = 1e-5;

    public double[][] Run(
        long[] tokens, long[] tokenOfFrame, float[] noise, float[] prompt, float[] embedding, FlowSchedule schedule)
    {
        double[][] mean = Mean(tokens, tokenOfFrame);
        double norm = Math.Max(1e-12, Math.Sqrt(embedding.Sum(static value => (double)value * value)));
        double[] speaker = Linear([[.. embedding.Select(value => value / norm)]], "spk_embed_affine_layer")[0];
        int bins = sizes.MelBins;
        double[][] known = [.. mean.Select((_, t) => Enumerable.Range(t * bins, bins).Select(i => i < prompt.Length ? (double)prompt[i] : 0).ToArray())];
        double[][] x = [.. mean.Select((_, t) => noise[(t * bins)..((t + 1) * bins)].Select(static value => (double)value).ToArray())];
        for (int step = 0; step < schedule.Times.Length; step++)
        {
            double time = schedule.Times[step];
            double[][] conditioned = Estimate([.. x.Select((row, t) => (double[])[.. row, .. mean[t], .. speaker, .. known[t]])], time);
            double[][] unconditioned = Estimate([.. x.Select(row => (double[])[.. row, .. new double[(2 * bins) + speaker.Length]])], time);
            double length = schedule.Lengths[step];
            x = Map(x, (value, t, c) => value + (length * (((1 + sizes.GuidanceRate) * conditioned[t][c]) - (sizes.GuidanceRate * unconditioned[t][c]))));
        }

        return x;
    }

    private double[][] Mean(long[] tokens, long[] tokenOfFrame)
    {
        float[] table = weights["input_embedding.weight"].Values;
        double[][] x = [.. tokens.Select(token => Enumerable.Range(0, sizes.InputSize).Select(i => (double)table[(token * sizes.InputSize) + i]).ToArray())];
        x = Map(LayerNorm(Linear(x, "encoder.embed.out.0"), "encoder.embed.out.1"), (value, _, _) => value * Math.Sqrt(sizes.EncoderSize));
        for (int block = 0; block < sizes.EncoderBlocks; block++)
        {
            string name = $"encoder.encoders.{block}";
            x = Add(x, RelativeAttention(LayerNorm(x, $"{name}.norm_mha"), $"{name}.self_attn"));
            double[][] wide = Map(Linear(LayerNorm(x, $"{name}.norm_ff"), $"{name}.feed_forward.w_1"), static (value, _, _) => value / (1 + Math.Exp(-value)));
            x = Add(x, Linear(wide, $"{name}.feed_forward.w_2"));
        }

        double[][] mel = Linear(LayerNorm(x, "encoder.after_norm"), "encoder_proj");
        double[][] frames = [.. tokenOfFrame.Select(token => mel[token])];
        for (int layer = 0; layer < sizes.RegulatorLayers; layer++)
        {
            frames = Mish(GroupNorm(Convolution(frames, $"length_regulator.model.{3 * layer}", 1), $"length_regulator.model.{(3 * layer) + 1}", 1));
        }

        return Convolution(frames, $"length_regulator.model.{3 * sizes.RegulatorLayers}", 1);
    }

    private double[][] RelativeAttention(double[][] x, string name)
    {
        int size = sizes.EncoderSize;
        int head = size / sizes.EncoderHeads;
        int count = x.Length;
        double[][] query = Linear(x, $"{name}.linear_q");
        double[][] key = Linear(x, $"{name}.linear_k");
        double[][] value = Linear(x, $"{name}.linear_v");
        // Row count − 1 + d is for the distance d from key to query.
        double[][] positions = Linear(
            [.. Enumerable.Range(1 - count, (2 * count) - 1).Select(distance => Enumerable.Range(0, size).Select(i =>
            {
                double angle = distance * Math.Pow(10000, -(i / 2 * 2) / (double)size);
                return i % 2 == 0 ? Math.Sin(angle) : Math.Cos(angle);
            }).ToArray())],
            $"{name}.linear_pos");
        float[] u = weights[$"{name}.pos_bias_u"].Values;
        float[] v = weights[$"{name}.pos_bias_v"].Values;
        double[][] mixed = Attend(count, count, sizes.EncoderHeads, head, value, (i, j, c) =>
            j / sizes.BlockTokens > i / sizes.BlockTokens
                ? double.NegativeInfinity
                : ((query[i][c] + u[c]) * key[j][c]) + ((query[i][c] + v[c]) * positions[count - 1 + i - j][c]));
        return Linear(mixed, $"{name}.linear_out");
    }

    private double[][] Estimate(double[][] x, double time)
    {
        int size = (3 * sizes.MelBins) + sizes.SpeakerSize;
        int half = size / 2;
        double[] angles = [.. Enumerable.Range(0, half).Select(i => 1000 * time * Math.Exp(-Math.Log(10000) * i / (half - 1)))];
        double[][] embedded = [[.. angles.Select(Math.Sin), .. angles.Select(Math.Cos)]];
        embedded = Map(Linear(embedded, "decoder.estimator.time_mlp.linear_1"), static (value, _, _) => value / (1 + Math.Exp(-value)));
        embedded = Mish(Linear(embedded, "decoder.estimator.time_mlp.linear_2"));

        int levels = sizes.Channels.Length;
        var skips = new Stack<double[][]>();
        for (int level = 0; level < levels; level++)
        {
            x = Block(x, embedded, $"decoder.estimator.down_blocks.{level}");
            skips.Push(x);
            x = level < levels - 1
                ? Convolution(x, $"decoder.estimator.down_blocks.{level}.2.conv", 2)
                : Convolution(x, $"decoder.estimator.down_blocks.{level}.2", 1);
        }

        for (int middle = 0; middle < sizes.MiddleBlocks; middle++) x = Block(x, embedded, $"decoder.estimator.mid_blocks.{middle}");
        for (int level = 0; level < levels; level++)
        {
            double[][] skip = skips.Pop();
            double[][] joined = [.. skip.Select((row, t) => (double[])[.. x[t], .. row])];
            x = Block(joined, embedded, $"decoder.estimator.up_blocks.{level}");
            x = level < levels - 1
                ? Transposed(x, $"decoder.estimator.up_blocks.{level}.2.conv")
                : Convolution(x, $"decoder.estimator.up_blocks.{level}.2", 1);
        }

        x = Mish(GroupNorm(Convolution(x, "decoder.estimator.final_block.block.0", 1), "decoder.estimator.final_block.block.1", 8));
        return Convolution(x, "decoder.estimator.final_proj", 1);
    }

    private double[][] Block(double[][] x, double[][] time, string name)
    {
        double[] shift = Linear(time, $"{name}.0.mlp.1")[0];
        double[][] inner = Mish(GroupNorm(Convolution(x, $"{name}.0.block1.block.0", 1), $"{name}.0.block1.block.1", 8));
        inner = Map(inner, (value, _, c) => value + shift[c]);
        inner = Mish(GroupNorm(Convolution(inner, $"{name}.0.block2.block.0", 1), $"{name}.0.block2.block.1", 8));
        x = Add(inner, Convolution(x, $"{name}.0.res_conv", 1));
        for (int i = 0; i < sizes.Transformers; i++)
        {
            double[][] normed = LayerNorm(x, $"{name}.1.{i}.norm1");
            double[][] query = Linear(normed, $"{name}.1.{i}.attn1.to_q");
            double[][] key = Linear(normed, $"{name}.1.{i}.attn1.to_k");
            double[][] value = Linear(normed, $"{name}.1.{i}.attn1.to_v");
            double[][] mixed = Attend(x.Length, x.Length, sizes.Heads, sizes.HeadSize, value, (row, column, c) => query[row][c] * key[column][c]);
            x = Add(x, Linear(mixed, $"{name}.1.{i}.attn1.to_out.0"));
            double[][] wide = Map(Linear(LayerNorm(x, $"{name}.1.{i}.norm3"), $"{name}.1.{i}.ff.net.0.proj"), static (v, _, _) => v / 2 * (1 + Erf(v / Math.Sqrt(2))));
            x = Add(x, Linear(wide, $"{name}.1.{i}.ff.net.2"));
        }

        return x;
    }

    private static double[][] Attend(int rows, int columns, int heads, int head, double[][] value, Func<int, int, int, double> product)
    {
        double[][] mixed = [.. Enumerable.Range(0, rows).Select(_ => new double[heads * head])];
        for (int i = 0; i < rows; i++)
        {
            for (int h = 0; h < heads; h++)
            {
                double[] scores = [.. Enumerable.Range(0, columns).Select(j => Enumerable.Range(h * head, head).Sum(c => product(i, j, c)) / Math.Sqrt(head))];
                double highest = scores.Max();
                double[] exponentials = [.. scores.Select(score => Math.Exp(score - highest))];
                double total = exponentials.Sum();
                for (int c = h * head; c < (h + 1) * head; c++) mixed[i][c] = Enumerable.Range(0, columns).Sum(j => exponentials[j] / total * value[j][c]);
            }
        }

        return mixed;
    }

    private double[][] Linear(double[][] x, string name) => Convolution(x, name, 1);

    private double[][] Convolution(double[][] x, string name, int stride)
    {
        (long[] shape, float[] weight) = weights[$"{name}.weight"];
        float[]? bias = weights.TryGetValue($"{name}.bias", out (long[] Shape, float[] Values) found) ? found.Values : null;
        int outputs = (int)shape[0];
        int inputs = (int)shape[1];
        int taps = shape.Length > 2 ? (int)shape[2] : 1;
        return [.. Enumerable.Range(0, ((x.Length - 1) / stride) + 1).Select(t => Enumerable.Range(0, outputs).Select(o =>
        {
            double sum = bias?[o] ?? 0;
            for (int tap = 0; tap < taps; tap++)
            {
                int at = (t * stride) + tap - (taps / 2);
                for (int i = 0; at >= 0 && at < x.Length && i < inputs; i++) sum += x[at][i] * weight[(((o * inputs) + i) * taps) + tap];
            }

            return sum;
        }).ToArray())];
    }

    private double[][] Transposed(double[][] x, string name)
    {
        (long[] shape, float[] weight) = weights[$"{name}.weight"];
        int outputs = (int)shape[1];
        float[] bias = weights[$"{name}.bias"].Values;
        double[][] y = [.. Enumerable.Range(0, 2 * x.Length).Select(_ => bias.Select(static value => (double)value).ToArray())];
        for (int t = 0; t < x.Length; t++)
        {
            for (int tap = 0; tap < 4; tap++)
            {
                int at = (2 * t) + tap - 1;
                if (at < 0 || at >= y.Length) continue;
                for (int i = 0; i < x[t].Length; i++)
                {
                    for (int o = 0; o < outputs; o++) y[at][o] += x[t][i] * weight[(((i * outputs) + o) * 4) + tap];
                }
            }
        }

        return y;
    }

    private double[][] LayerNorm(double[][] x, string name) =>
        [.. x.Select(row => Affine([Normal(row)], name)[0])];

    private double[][] GroupNorm(double[][] x, string name, int groups)
    {
        int width = x[0].Length / groups;
        double[][] y = [.. x.Select(static row => new double[row.Length])];
        for (int group = 0; group < groups; group++)
        {
            double[] normal = Normal([.. x.SelectMany(row => row[(group * width)..((group + 1) * width)])]);
            for (int t = 0; t < x.Length; t++) normal.AsSpan(t * width, width).CopyTo(y[t].AsSpan(group * width));
        }

        return Affine(y, name);
    }

    private double[][] Affine(double[][] x, string name)
    {
        float[] scale = weights[$"{name}.weight"].Values;
        float[] shift = weights[$"{name}.bias"].Values;
        return Map(x, (value, _, c) => (value * scale[c]) + shift[c]);
    }

    private static double[] Normal(double[] values)
    {
        double mean = values.Average();
        double deviation = Math.Sqrt(values.Average(value => (value - mean) * (value - mean)) + Epsilon);
        return [.. values.Select(value => (value - mean) / deviation)];
    }

    private static double[][] Mish(double[][] x) => Map(x, static (value, _, _) => value * Math.Tanh(Math.Log(1 + Math.Exp(value))));

    private static double[][] Add(double[][] left, double[][] right) => Map(left, (value, t, c) => value + right[t][c]);

    private static double[][] Map(double[][] x, Func<double, int, int, double> change) =>
        [.. x.Select((row, t) => row.Select((value, c) => change(value, t, c)).ToArray())];

    private static double Erf(double x)
    {
        // Past six it is one to the last bit; before that the series converges.
        if (Math.Abs(x) > 6) return Math.Sign(x);
        double term = x;
        double sum = x;
        for (int n = 1; Math.Abs(term) > 1e-18; n++)
        {
            term *= -x * x / n;
            sum += term / ((2 * n) + 1);
        }

        return 2 / Math.Sqrt(Math.PI) * sum;
    }
}
