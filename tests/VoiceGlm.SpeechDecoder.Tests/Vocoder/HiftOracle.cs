using VoiceGlm.Checkpoints;
using VoiceGlm.Checkpoints.SpeechDecoder;

namespace VoiceGlm.SpeechDecoder.Tests;

/// <summary>The HiFT vocoder as its definition reads, in loops and in double precision; signals are [channel][time].</summary>
internal sealed class HiftOracle(HiftConfiguration hift, TensorSource weights)
{
    public double[] Pitch(double[][] mel)
    {
        double[][] x = mel;
        for (int i = 0; weights.Tensors.ContainsKey($"f0_predictor.condnet.{i}.bias"); i += 2)
        {
            x = Map(Convolve(x, $"f0_predictor.condnet.{i}"), static value => value > 0 ? value : Math.Exp(value) - 1);
        }

        float[] classifier = weights.ReadAll("f0_predictor.classifier.weight");
        float bias = weights.ReadAll("f0_predictor.classifier.bias")[0];
        return [.. Enumerable.Range(0, x[0].Length).Select(t => Math.Abs(bias + x.Select((channel, i) => channel[t] * classifier[i]).Sum()))];
    }

    public double[] Generate(double[][] mel, double[] source)
    {
        double[][] spectrum = Analyse(source);
        double[][] x = Convolve(mel, "conv_pre");
        for (int stage = 0; stage < hift.Stages; stage++)
        {
            x = Lengthen(Map(x, value => value > 0 ? value : hift.LeakySlope * value), stage);
            if (stage == hift.Stages - 1) x = [.. x.Select(static channel => (double[])[channel[1], .. channel])];
            int rate = hift.SpectrumRate(stage);
            double[][] excitation = Convolve(spectrum, $"source_downs.{stage}", stride: rate, padding: rate == 1 ? 0 : rate / 2);
            x = Add(x, Block(excitation, $"source_resblocks.{stage}", hift.SourceDilations[stage]));
            int blocks = hift.BlockKernels.Length;
            double[][] sum = Block(x, $"resblocks.{stage * blocks}", hift.BlockDilations[0]);
            for (int i = 1; i < blocks; i++) sum = Add(sum, Block(x, $"resblocks.{(stage * blocks) + i}", hift.BlockDilations[i]));
            x = Map(sum, value => value / blocks);
        }

        return Synthesise(Convolve(Map(x, static value => value > 0 ? value : 0.01 * value), "conv_post"));
    }

    private double[][] Block(double[][] x, string block, int[] dilations)
    {
        for (int i = 0; i < dilations.Length; i++)
        {
            double[][] y = Convolve(Snake(x, $"{block}.activations1.{i}"), $"{block}.convs1.{i}", dilations[i]);
            x = Add(x, Convolve(Snake(y, $"{block}.activations2.{i}"), $"{block}.convs2.{i}"));
        }

        return x;
    }

    private double[][] Snake(double[][] x, string activation)
    {
        float[] alphas = weights.ReadAll($"{activation}.alpha");
        return [.. x.Select((channel, i) => Array.ConvertAll(channel, value => value + (Math.Pow(Math.Sin(alphas[i] * value), 2) / (alphas[i] + 1e-9))))];
    }

    private double[][] Convolve(double[][] x, string layer, int dilation = 1, int stride = 1, int padding = -1)
    {
        (double[] weight, int kernel) = Weight(layer);
        float[] bias = weights.ReadAll($"{layer}.bias");
        if (padding < 0) padding = (kernel - 1) / 2 * dilation;
        int length = ((x[0].Length + (2 * padding) - (dilation * (kernel - 1)) - 1) / stride) + 1;
        var y = new double[bias.Length][];
        for (int output = 0; output < y.Length; output++)
        {
            y[output] = new double[length];
            for (int t = 0; t < length; t++)
            {
                double sum = bias[output];
                for (int input = 0; input < x.Length; input++)
                {
                    for (int i = 0; i < kernel; i++)
                    {
                        int from = (t * stride) - padding + (i * dilation);
                        if (from >= 0 && from < x[0].Length) sum += weight[(((output * x.Length) + input) * kernel) + i] * x[input][from];
                    }
                }

                y[output][t] = sum;
            }
        }

        return y;
    }

    private double[][] Lengthen(double[][] x, int stage)
    {
        (double[] weight, int kernel) = Weight($"ups.{stage}");
        float[] bias = weights.ReadAll($"ups.{stage}.bias");
        int rate = hift.UpsampleRates[stage];
        int padding = (kernel - rate) / 2;
        var y = new double[bias.Length][];
        for (int output = 0; output < y.Length; output++)
        {
            y[output] = new double[x[0].Length * rate];
            Array.Fill(y[output], bias[output]);
            for (int input = 0; input < x.Length; input++)
            {
                for (int t = 0; t < x[0].Length; t++)
                {
                    for (int i = 0; i < kernel; i++)
                    {
                        int to = (t * rate) + i - padding;
                        if (to >= 0 && to < y[output].Length) y[output][to] += weight[(((input * y.Length) + output) * kernel) + i] * x[input][t];
                    }
                }
            }
        }

        return y;
    }

    private (double[] Weight, int Kernel) Weight(string layer)
    {
        if (weights.Tensors.TryGetValue($"{layer}.weight", out TensorInfo? plain))
        {
            return (Array.ConvertAll(weights.ReadAll(plain.Name), static value => (double)value), (int)plain.Shape[2]);
        }

        TensorInfo info = weights.Tensors[$"{layer}.weight_v"];
        double[] values = Array.ConvertAll(weights.ReadAll(info.Name), static value => (double)value);
        float[] gains = weights.ReadAll($"{layer}.weight_g");
        int rowLength = values.Length / gains.Length;
        for (int row = 0; row < gains.Length; row++)
        {
            Span<double> direction = values.AsSpan(row * rowLength, rowLength);
            double norm = Math.Sqrt(direction.ToArray().Sum(static value => value * value));
            foreach (ref double value in direction) value *= gains[row] / norm;
        }

        return (values, (int)info.Shape[2]);
    }

    private double[][] Analyse(double[] source)
    {
        int length = hift.TransformLength;
        int bins = (length / 2) + 1;
        int columns = (source.Length / hift.TransformHop) + 1;
        double[][] spectrum = [.. Enumerable.Range(0, 2 * bins).Select(_ => new double[columns])];
        for (int column = 0; column < columns; column++)
        {
            for (int i = 0; i < length; i++)
            {
                int from = Math.Abs((column * hift.TransformHop) - (length / 2) + i);
                if (from >= source.Length) from = (2 * (source.Length - 1)) - from;
                for (int bin = 0; bin < bins; bin++)
                {
                    double angle = 2 * Math.PI * bin * i / length;
                    spectrum[bin][column] += Window(i) * source[from] * Math.Cos(angle);
                    spectrum[bins + bin][column] -= Window(i) * source[from] * Math.Sin(angle);
                }
            }
        }

        return spectrum;
    }

    private double[] Synthesise(double[][] x)
    {
        int length = hift.TransformLength;
        int bins = (length / 2) + 1;
        int columns = x[0].Length;
        var wave = new double[((columns - 1) * hift.TransformHop) + length];
        var envelope = new double[wave.Length];
        for (int column = 0; column < columns; column++)
        {
            for (int i = 0; i < length; i++)
            {
                double sample = 0;
                for (int bin = 0; bin < bins; bin++)
                {
                    double magnitude = Math.Min(Math.Exp(x[bin][column]), 100);
                    double phase = Math.Sin(x[bins + bin][column]);
                    double angle = 2 * Math.PI * bin * i / length;
                    bool mirrored = bin > 0 && bin < bins - 1;
                    sample += (mirrored ? 2 : 1) * magnitude
                        * ((Math.Cos(phase) * Math.Cos(angle)) - (mirrored ? Math.Sin(phase) * Math.Sin(angle) : 0)) / length;
                }

                wave[(column * hift.TransformHop) + i] += Window(i) * sample;
                envelope[(column * hift.TransformHop) + i] += Window(i) * Window(i);
            }
        }

        return [.. Enumerable.Range(length / 2, (columns - 1) * hift.TransformHop).Select(i => Math.Clamp(wave[i] / envelope[i], -hift.AudioLimit, hift.AudioLimit))];
    }

    private double Window(int i) => 0.5 - (0.5 * Math.Cos(2 * Math.PI * i / hift.TransformLength));

    private static double[][] Map(double[][] x, Converter<double, double> map) => [.. x.Select(channel => Array.ConvertAll(channel, map))];

    private static double[][] Add(double[][] x, double[][] y) => [.. x.Zip(y, static (a, b) => a.Zip(b, static (left, right) => left + right).ToArray())];
}
